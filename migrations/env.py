"""Alembic: brings a database to the current schema, as the role that owns it."""

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import models
from core.db import plain_url
from core.plugins import load
from core.settings import settings

load(models)
_LOCK = 7_001  # two starts at once migrate one after the other


def run(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


url = plain_url(context.config.attributes.get("url") or settings().database_url)
engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
with engine.connect() as connection:
    run(connection)
