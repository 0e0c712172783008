"""Imports: page after page, each in a transaction of its own. Whatever is repeated finds the page done, and takes the next."""

import contextlib
import time

import psycopg
import sqlalchemy.exc
from temporalio import activity

from core.db import Db, Scope, session
from domain.errors import Conflict, Invalid, NotFound
from domain.imports import TakePages, Turn
from models import imports

_UNDER_WAY = ("queued", "running")
# Long enough to make history short, short enough for a local activity and for a hold to be felt.
_SECONDS = 3.0
_UNREADABLE = (
    "The file holds something that cannot be stored. Save it again as “CSV UTF-8” and upload it again."
)
_TAKEN = (
    "Something that the import had replaced, such as an e-mail address, belongs to another contact by now."
    " Change that contact, then undo the rest."
)


@activity.defn(name="imports.advance")
async def advance(asked: TakePages) -> Turn:
    """Take pages for a few seconds."""
    until = time.monotonic() + _SECONDS
    turn = Turn()
    while not (turn.over or turn.held) and time.monotonic() < until:
        turn = await _take_one(asked)
    return turn


async def _take_one(asked: TakePages) -> Turn:
    try:
        async with session(Scope(workspaces=(asked.workspace_id,))) as db:
            row = await imports.get(db, asked.workspace_id, asked.import_id, lock=True)
            if await imports.is_held(db, row):
                return Turn(held=True)
            if row.undo in _UNDER_WAY:
                return await _take_back(db, row)
            if row.state in _UNDER_WAY:
                return Turn(over=not await imports.take(db, row))
            return Turn(over=True)
    except (Invalid, NotFound) as error:  # trying again would come to the same
        return await _give_up(asked, error.message)
    except (psycopg.DataError, sqlalchemy.exc.DataError):
        return await _give_up(asked, _UNREADABLE)


async def _take_back(db: Db, row: imports.Import) -> Turn:
    try:
        return Turn(over=not await imports.take_back(db, row))
    except Conflict:
        raise Invalid(_TAKEN) from None


async def _give_up(asked: TakePages, fault: str) -> Turn:
    async with session(Scope(workspaces=(asked.workspace_id,))) as db:
        with contextlib.suppress(NotFound):  # gone with its workspace: there is nobody left to be told
            row = await imports.get(db, asked.workspace_id, asked.import_id, lock=True)
            await imports.fail(db, row, fault)
    return Turn(over=True)


ACTIVITIES = [advance]
