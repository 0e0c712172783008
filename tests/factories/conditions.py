"""Conditions and contacts by the handful, drawn so that they meet: equal words, days around now, the odd and the broken."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from domain.calendars.durations import Duration
from domain.calendars.zones import window_end, window_start
from domain.conditions import Condition, parse
from domain.conditions.operators import TAKES
from domain.facts import zone_for

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # moves by half an hour
    "Asia/Kathmandu",  # +05:45
    "Pacific/Apia",  # had no 30 December 2011
    "America/Sao_Paulo",  # changed at midnight
    "Africa/Cairo",
    "Pacific/Kiritimati",  # +14
    "Pacific/Pago_Pago",  # -11
)
NOWS = (
    datetime(2026, 3, 29, 0, 59, 59, 999_999, UTC),  # Berlin, an instant before the spring gap
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # Berlin, in the hour that comes twice
    datetime(2026, 11, 1, 5, 59, tzinfo=UTC),  # New York, autumn
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),  # Lord Howe, spring
    datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC),  # Apia, before the day that is not
    datetime(2011, 12, 30, 10, 0, tzinfo=UTC),
    datetime(2018, 11, 4, 3, 0, tzinfo=UTC),  # Sao Paulo, midnight does not exist
    datetime(2024, 2, 29, 12, 0, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 31, 6, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
)
SPANS = ("P1D", "P2D", "P7D", "PT1H", "PT36H", "P1M", "P1Y", "P1M1D", "P2MT5H", "P18Y", "PT0.5S")
EVENTS = ("order.placed", "page.viewed", "Ünïcode event")
TAGS = ("vip", "VIP", "do not disturb", "'; drop table contacts; --")
WORDS = (
    "de",
    "DE",
    "Straße",
    "STRASSE",
    "σας",
    "ΣΑΣ",
    "İstanbul",
    "vip gold",
    "%",
    "_",
    "\\",
    "'",
    ":k0",
    "🧦",
    " de",
    "null",
)
FIGURES = (0, 5, -3, 5.0, 0.1, 0.30000000000000004, -0.0, 1e20, 1e-7, 2**62 + 1, 49.9)
WRITTEN = ("5", "5.0", "05", "+5", "0.1", "49.90", "1e3", "٥", "true", "TRUE", "false", "5 ", "-3")
BROKEN = ("2026-02-30", "2026-02-30T10:00:00Z", "2026-13-01", "2026-03-29T24:00:00Z", "2026-03-29T10:00:60Z")
FAR = (
    "9999-12-31",
    "1000-01-01",
    "0001-01-01",
    "8999-12-31T23:59:59-14:00",
    "1000-01-01T00:00:00+14:00",
    "2024-02-29",
)

texts = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"), max_size=6)


@st.composite
def days_around(draw: st.DrawFn, now: datetime) -> str:
    away = draw(st.sampled_from([0, 1, -1, 2, -2, 7, -7, 28, -28, 30, -31, 31, 60]))
    years = draw(st.sampled_from([0, 0, -1, -2, -18]))
    day = (now + timedelta(days=away)).date()
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:  # 29 February
        return day.isoformat()


@st.composite
def instants_around(draw: st.DrawFn, now: datetime) -> datetime:
    away = timedelta(
        days=draw(st.sampled_from([0, 0, 0, 1, -1, -2, -7, -28, -30, -31, 30, 31, -365, -366, -730])),
        hours=draw(st.sampled_from([0, 0, -1, 1, -36, 10, -14, 14])),
        microseconds=draw(st.sampled_from([0, 0, 1, -1])),
    )
    return now + away


@st.composite
def written_instants(draw: st.DrawFn, now: datetime) -> str:
    instant = draw(instants_around(now))
    form = draw(st.sampled_from(["zone", "Z", "naive", "fine", "space", "minutes"]))
    if form == "zone":
        text = instant.astimezone(ZoneInfo(draw(st.sampled_from(ZONES)))).isoformat()
        return text if draw(st.booleans()) else text[:-3] + text[-2:]
    plain = instant.replace(tzinfo=None)
    return {
        "Z": plain.isoformat() + "Z",
        "naive": plain.isoformat(),
        "fine": plain.isoformat(timespec="microseconds") + "999Z",
        "space": plain.isoformat(" "),
        "minutes": plain.isoformat(timespec="minutes"),
    }[form]


def scalars(now: datetime) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.sampled_from([*WORDS, *FIGURES, *WRITTEN, *BROKEN, *FAR, "", None, True, False]),
        days_around(now),
        written_instants(now),
        texts,
        st.integers(-(2**62), 2**62),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
    )


def values(now: datetime) -> st.SearchStrategy[Any]:
    """What people and programs store."""
    one = scalars(now)
    many = st.lists(one, max_size=3)
    nested = st.dictionaries(st.sampled_from(["x", "0", "city"]), st.one_of(one, many), max_size=2)
    return st.one_of(one, one, one, many, nested, st.lists(many, max_size=2))


def _wanted(op: str, now: datetime) -> st.SearchStrategy[Any]:
    known = scalars(now).filter(lambda value: value is not None)
    match TAKES[op]:  # pyright: ignore[reportArgumentType]
        case "one":
            return known
        case "many":
            return st.lists(known, min_size=1, max_size=4)
        case "text":
            return st.one_of(st.sampled_from(["d", "e", "SS", "ß", *WORDS, *WRITTEN]), texts.filter(bool))
        case "number":
            return st.one_of(st.sampled_from(FIGURES), st.integers(-10, 10))
        case "moment":
            return st.one_of(
                days_around(now), written_instants(now), st.just("9999-12-31"), st.just("2024-02-29")
            )
        case "duration":
            return st.sampled_from(SPANS)
        case "offset":
            return st.sampled_from([None, None, "P1D", "-P1D", "P1W", "-P30D", "P0D"])
        case "flag":
            return st.sampled_from([None, True, False])


CONTACT_FIELDS = (
    *(
        "contact.a",
        "contact.a",
        "contact.a",
        "contact.b",
        "contact.a.x",
        "contact.a.0",
        "contact.a.-1",
        "contact.b.x.0",
    ),
    *(
        "contact.email",
        "contact.first_name",
        "contact.created_at",
        "contact.created_at",
        "contact.tags",
        "contact.tags.0",
    ),
    *(
        "contact.consent.email",
        "contact.id",
        "contact.time_zone",
        "contact.gone",
        "event.total",
        "data.answer",
    ),
)
EVENT_FIELDS = ("event.total", "event.total", "event.total.x", "event.gone")


@st.composite
def field_clauses(draw: st.DrawFn, now: datetime, fields: tuple[str, ...]) -> dict[str, Any]:
    op = draw(st.sampled_from(sorted(TAKES)))
    value = draw(_wanted(op, now))
    clause = {"field": draw(st.sampled_from(fields)), "op": op}
    return clause if value is None else clause | {"value": value}


def _trees(leaves: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=most,
    )


@st.composite
def event_clauses(draw: st.DrawFn, now: datetime) -> dict[str, Any]:
    clause: dict[str, Any] = {"event": draw(st.sampled_from(EVENTS))}
    if draw(st.booleans()):
        clause["where"] = draw(_trees(field_clauses(now, EVENT_FIELDS), 3))
    if draw(st.booleans()):
        op = draw(st.sampled_from(["is", "more_than", "at_least", "less_than", "at_most"]))
        clause["count"] = {"op": op, "value": draw(st.integers(0, 4))}
    if draw(st.booleans()):
        clause["within"] = draw(st.sampled_from(SPANS))
    return clause


def documents(now: datetime) -> st.SearchStrategy[dict[str, Any]]:
    leaves = st.one_of(
        field_clauses(now, CONTACT_FIELDS),
        field_clauses(now, CONTACT_FIELDS),
        event_clauses(now),
        st.fixed_dictionaries({"tag": st.sampled_from(TAGS)}),
        st.fixed_dictionaries({"consent": st.sampled_from(["email", "sms"])}),
    )
    return _trees(leaves, 5)


def conditions(now: datetime) -> st.SearchStrategy[Condition]:
    return documents(now).map(parse)


@dataclass(frozen=True)
class Person:
    """A contact as it is stored, with its events: name, properties, when."""

    fields: dict[str, Any]
    events: list[tuple[str, dict[str, Any], datetime]] = field(default_factory=list)


@st.composite
def people(draw: st.DrawFn, now: datetime) -> Person:
    attributes = draw(st.dictionaries(st.sampled_from(["a", "b"]), values(now), max_size=2))
    fields = {
        "first_name": draw(
            st.one_of(st.none(), st.sampled_from([*WORDS, *WRITTEN, ""]), days_around(now), texts)
        ),
        "time_zone": draw(st.sampled_from([None, "Mars/Base", *ZONES])),
        "attributes": attributes,
        "tags": draw(st.lists(st.sampled_from(TAGS), max_size=2, unique=True)),
        "consent": draw(
            st.dictionaries(
                st.sampled_from(["email", "sms"]), st.sampled_from(["subscribed", "unsubscribed"])
            )
        ),
        "created_at": draw(instants_around(now)),
    }
    event = st.tuples(
        st.sampled_from(EVENTS),
        st.dictionaries(st.just("total"), values(now), max_size=1),
        instants_around(now),
    )
    return Person(fields, draw(st.lists(event, max_size=6)))


# Every one of these values is held against every one of these questions, at FRIDAY in Berlin.

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MIDNIGHTS = (
    *(
        "2026-11-19T22:59:59.999999Z",
        "2026-11-19T23:00:00Z",
        "2026-11-20T22:59:59.999999Z",
        "2026-11-20T23:00:00Z",
    ),
    *("2026-11-19", "2026-11-20", "2026-11-21", "2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00.0000019Z"),
    *("2026-11-20T09:00", "2026-11-20 09:00:00", "2026-11-20T09:00:00+0000", "2026-11-20T09:00:00-00:30"),
)
WINDOWS = (
    *(
        "2026-11-13",
        "2026-11-12",
        "2026-11-27",
        "2026-11-28",
        "2026-10-20",
        "2026-10-19",
        "2026-12-20",
        "2026-12-21",
    ),
    *(
        "2026-11-13T09:00:00Z",
        "2026-11-13T09:00:00.000001Z",
        "2026-11-27T09:00:00Z",
        "2026-11-27T09:00:00.000001Z",
    ),
    *(
        "2026-10-19T21:59:59.999999Z",
        "2026-10-19T22:00:00Z",
        "2026-12-20T22:59:59.999999Z",
        "2026-12-20T23:00:00Z",
    ),
    *("1990-11-20", "1990-11-19T23:30:00Z", "1990-11-20T23:30:00Z", "2027-11-20", "1990-11-23", "1990-11-17"),
)
MALFORMED = (
    *(
        "2026-11-20T24:00:00Z",
        "2026-11-20T09:60:00Z",
        "2026-11-20T09:00:00+16:00",
        "2026-11-20T09:00:00+01:60",
    ),
    *(
        "2026-11-20T09",
        "2026-11-20t09:00:00Z",
        "2026-11-20T09:00:00z",
        "2026-11-20T09:00:00 Z",
        "2026-11-20T09:00:00.",
    ),
    *(
        "2026-11-20T09:00:00.1234567890Z",
        "20261120",
        "2026-1-20",
        "yesterday",
        "now",
        "infinity",
        "epoch",
        "0000-01-01",
    ),
    *(
        "9000-01-01T00:00:00Z",
        "2026-11-20 ",
        " 2026-11-20",
        "２０２６-11-20",
        "2026-11-20T09:00:00+15:00",
        "+2026-11-20",
    ),
    *("2026-11-20T09:00:00,5Z", "2026-W47-5", "2026-11-20T09:00:00+01", "1999-02-29", "2026-11-20BC"),
)
STORED: tuple[Any, ...] = (
    *WORDS,
    *FIGURES,
    *WRITTEN,
    *BROKEN,
    *FAR,
    *MIDNIGHTS,
    *WINDOWS,
    *MALFORMED,
    *(
        None,
        "",
        True,
        False,
        [],
        {},
        {"x": 1},
        [None],
        ["de", 5, None],
        [["de"]],
        [""],
        ["2026-11-20", "x"],
        [True, "vip gold"],
    ),
    *(
        "1e400",
        "9" * 15,
        "9" * 16,
        "0." + "1" * 10,
        "0." + "1" * 11,
        ".5",
        "5.",
        "--5",
        "Infinity",
        "NaN",
        "x" * 5_000,
    ),
)
ASKED: tuple[tuple[str, Any], ...] = (
    *(
        (op, one)
        for op in ("is", "is_not")
        for one in (*WORDS, *FIGURES, *WRITTEN, *MIDNIGHTS, *BROKEN, "", True, False)
    ),
    *(
        ("in", [one, "x"])
        for one in ("DE", 5, "5.0", True, "false", "2026-11-20", "2026-11-20T09:00:00Z", 0.1)
    ),
    *(
        (op, one)
        for op in ("contains", "starts_with", "ends_with")
        for one in ("d", "SS", "ß", "Σ", "%", "_", "\\", " ", "5")
    ),
    *((op, one) for op in ("more_than", "at_least", "less_than", "at_most") for one in (*FIGURES, 49.89)),
    *((op, one) for op in ("before", "after") for one in (*MIDNIGHTS, *FAR[:2])),
    *((op, one) for op in ("within_last", "within_next") for one in SPANS),
    *(("anniversary", one) for one in (None, "P0D", "-P3D", "P3D", "-P366D")),
    *(("exists", one) for one in (None, True, False)),
)


@dataclass(frozen=True)
class Case:
    """Some people, some conditions, a moment and the workspace's zone."""

    now: datetime
    home: str
    since: datetime | None
    people: list[Person]
    conditions: list[Condition]


@st.composite
def edges(draw: st.DrawFn, now: datetime, home: str) -> tuple[Person, list[Condition]]:
    """Somebody who stands on the edge of a window, to the microsecond, and the conditions that have it."""
    person, span = draw(people(now)), draw(st.sampled_from(SPANS))
    zone = zone_for(person.fields["time_zone"], ZoneInfo(home))[0]
    length = Duration.parse(span)
    edge = draw(st.sampled_from([window_start(now, length, zone), window_end(now, length, zone), now]))
    edge += draw(st.sampled_from([-1, 0, 0, 1])) * timedelta(microseconds=1)
    day = edge.astimezone(zone).date().isoformat()
    person.fields["attributes"]["a"] = draw(st.sampled_from([edge.isoformat(), day, [day]]))
    person.fields["created_at"] = edge
    person.events.append((EVENTS[0], {"total": edge.isoformat()}, edge))
    fields = [{"field": "contact.a"}, {"field": "contact.created_at"}]
    asked = [one | {"op": op, "value": span} for one in fields for op in ("within_last", "within_next")]
    asked += [
        one | {"op": op, "value": at}
        for one in fields
        for op in ("is", "before", "after")
        for at in (day, edge.isoformat())
    ]
    asked += [one | {"op": "anniversary", "value": away} for one in fields for away in ("P0D", "P1D", "-P1D")]
    asked += [
        {"event": EVENTS[0], "within": span},
        {"event": EVENTS[0], "within": span, "count": {"op": "is", "value": 1}},
    ]
    return person, [
        parse(document) for document in draw(st.lists(st.sampled_from(asked), min_size=1, max_size=4))
    ]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    now, home = draw(st.sampled_from(NOWS)), draw(st.sampled_from(ZONES))
    somebody, about_them = draw(edges(now, home))
    since = draw(
        st.one_of(st.none(), instants_around(now), st.sampled_from([at for _, _, at in somebody.events]))
    )
    return Case(
        now,
        home,
        since,
        [somebody, *draw(st.lists(people(now), max_size=4))],
        [*about_them, *draw(st.lists(conditions(now), max_size=5))],
    )
