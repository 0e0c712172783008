"""The backlog: how much waits to be done in this instance, for whoever watches over it."""

from sqlalchemy import text

from core.db import Db
from models.queue import ASIDE

# Each is answered by the index by which the loops themselves find their work.
_DEPTHS = text(f"""
select 'events' queue, count(*) depth from event_queue where shard <> {ASIDE}
union all select 'set_aside', count(*) from event_queue where shard = {ASIDE}
union all select 'outbox', count(*) from outbox
union all select 'messages_reserved', count(*) from messages where state = 'reserved'
union all select 'messages_sending', count(*) from messages where state = 'sending'
union all select 'messages_unknown', count(*) from messages where state = 'unknown'
""")


async def depths(db: Db) -> dict[str, int]:
    """By queue. Of messages only those of the workspaces that the transaction acts for."""
    rows = await db.execute(_DEPTHS)
    return {row.queue: row.depth for row in rows}
