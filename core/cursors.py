"""The cursor of every connection that runs transactions."""

from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import send

_LARGE = 65_536  # bytes


class QueueingCursor(psycopg.AsyncCursor[Any]):
    """Inside of a pipeline, small statements are kept until somebody waits for rows or for the commit.

    psycopg looks at the socket and sends after each statement, which wakes Postgres as often: a tenth of what an event costs
    on both sides. It has no setting for that. This is its own method (`BaseCursor._execute_gen`) without the sending, so look
    here when psycopg is updated.
    """

    def _execute_gen(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None
    ) -> PQGen[None]:
        pipe = self._conn._pipeline  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        if pipe is None:
            yield from super()._execute_gen(query, params, prepare=prepare, binary=binary)
            return
        yield from self._start_query(query)
        converted = self._convert_query(query, params)
        yield from self._maybe_prepare_gen(converted, prepare=prepare, binary=binary)
        while pipe.command_queue:
            pipe.command_queue.popleft()()  # to libpq, which keeps what is small
        if sum(len(value) for value in converted.params or () if value) > _LARGE:
            yield from send(self._pgconn)  # a commit waits for answers, and would not send what is left of it
        self._last_query = query
        yield from self._conn._prepared.maintain_gen(self._conn)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
