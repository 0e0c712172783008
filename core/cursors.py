"""The cursor of every connection to the database."""

from typing import Any

import psycopg
from psycopg.abc import PQGen


class QueueingCursor(psycopg.AsyncCursor[Any]):
    """Inside of a pipeline, statements are kept until somebody waits for rows or for the commit.

    psycopg looks at the socket and sends after each statement, which wakes Postgres as often: a tenth of what an event costs
    on both sides. It has no setting for that. This is its own method (`BaseCursor._execute_gen`) without the sending, so look
    here when psycopg is updated.
    """

    def _execute_gen(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> PQGen[None]:
        line = self._conn._pipeline  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        if line is None:
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        yield from self._start_query(query)
        converted = self._convert_query(query, params)
        yield from self._maybe_prepare_gen(converted, prepare=prepare, binary=binary)
        while line.command_queue:
            line.command_queue.popleft()()  # to libpq, which only keeps it
        self._last_query = query
        yield from self._conn._prepared.maintain_gen(self._conn)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
