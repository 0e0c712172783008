"""Regions: the country that a time zone belongs to, so that a shop in Berlin can write its phone numbers without +49."""

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _countries() -> Mapping[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {zone: country for country, _place, zone, *_comment in rows}


def region_of(zone: str) -> str | None:
    """`Europe/Berlin` → `DE`; None for zones that belong to nobody, such as UTC."""
    return _countries().get(zone)
