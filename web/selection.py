"""Which contacts a list shows, and whom of them a form is about."""

from collections.abc import Mapping
from uuid import UUID

from starlette.datastructures import FormData

from core.db import Db
from domain.errors import Invalid
from models import contacts
from models.contacts import Filter
from models.contacts.lists import CONSENT_FILTERS, ConsentFilter
from web.contexts.base import Listing
from web.formats import number

_MOST_AT_ONCE = 10_000  # people
_CONSENTS: Mapping[str, ConsentFilter] = {state: state for state in CONSENT_FILTERS}


def filter_of(asked: Mapping[str, str]) -> Filter:
    """What cannot be read filters nothing: somebody mistyped an address."""
    return Filter(
        _text(asked.get("q", "")), _text(asked.get("tag", "")), _CONSENTS.get(asked.get("consent", ""))
    )


def _text(raw: str) -> str:
    return raw.replace("\x00", "")[:200]


def listing_of(sent: FormData) -> Listing:
    """The list from which a form was sent."""
    kept = {name: str(sent.get(f"filter_{name}", "")) for name in ("q", "tag", "consent")}
    return Listing(path="/contacts", params={name: value for name, value in kept.items() if value})


def chosen(sent: FormData) -> Filter:
    """Whoever is ticked, or everybody who matches."""
    if sent.get("all"):
        return filter_of(listing_of(sent).params)
    ids = [found for one in sent.getlist("id") if (found := _id(str(one)))]
    return Filter(ids=tuple(ids) or (UUID(int=0),))


async def people_chosen(db: Db, workspace_id: UUID, sent: FormData, *, done: str) -> list[UUID]:
    """Who they are; Invalid, in words for a person, when that cannot be `done` with so many."""
    ids = await contacts.ids(db, workspace_id, chosen(sent), limit=_MOST_AT_ONCE + 1)
    if len(ids) > _MOST_AT_ONCE:
        raise Invalid(
            f"At most {number(_MOST_AT_ONCE)} people can be {done} at once. Narrow the search first."
        )
    return ids


def _id(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None
