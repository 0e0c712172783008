"""Files for imports, and the passage of an import without Temporal."""

from uuid import UUID

from activities.imports import advance
from domain.imports import TakePages


def make_csv(*rows: str, header: str = "email,first_name") -> bytes:
    return "\n".join([header, *rows]).encode()


async def run_import(workspace_id: UUID, import_id: UUID | str) -> None:
    """What the workflow does, to the end."""
    asked = TakePages(workspace_id=workspace_id, import_id=UUID(str(import_id)))
    while not (await advance(asked)).over:
        pass
