"""Which contacts a list shows, and whom of them a form is about."""

from collections.abc import Mapping
from uuid import UUID

from starlette.datastructures import FormData

from models.contacts import Filter
from models.contacts.lists import CONSENT_FILTERS, ConsentFilter
from web.contexts.base import Listing

MOST_AT_ONCE = 10_000  # people, in one go
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


def _id(raw: str) -> UUID | None:
    try:
        return UUID(raw)
    except ValueError:
        return None
