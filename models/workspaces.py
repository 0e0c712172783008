"""Workspaces: a tenant is one business with its people, data, clock, time zone and currency."""

from typing import Any

from sqlmodel import Field

from models.base import Instant, Table, instant, json


class Workspace(Table, table=True):
    name: str
    slug: str = Field(unique=True)
    time_zone: str = "UTC"
    currency: str = "EUR"
    sandbox: bool = False
    postal_address: str = ""
    mail_from_name: str = ""
    mail_from: str = ""
    settings: dict[str, Any] = json(default_factory=dict)
    created_at: Instant = instant()
