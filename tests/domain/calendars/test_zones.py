# ruff: noqa: DTZ001 -- what a clock on the wall shows has no zone; that is what is tested here
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.calendars.durations import Duration, Offset
from domain.calendars.zones import (
    EVERY_DAY,
    WEEKDAYS,
    LocalTime,
    Weekdays,
    after,
    find_zone,
    instant,
    local_date,
    local_days_then,
    next_local,
    on_date,
    read_moment,
    start_of_day,
    window_end,
    window_start,
    zone_named,
)
from domain.errors import Invalid

ZONES = [
    ZoneInfo(name)
    for name in (
        *(
            "Europe/Berlin",
            "Europe/Dublin",
            "America/New_York",
            "America/St_Johns",
            "America/Sao_Paulo",
            "Africa/Cairo",
        ),
        *(
            "Asia/Beirut",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Pacific/Kiritimati",
            "America/Havana",
        ),
    )
]
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


def edges(zone: ZoneInfo, first: int = 2005, last: int = 2030) -> list[datetime]:
    """The minutes at which the zone moves its clocks."""
    found: list[datetime] = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last, 1, 1, tzinfo=UTC)
    while at < end:
        if _offset(at, zone) != _offset(at + timedelta(days=1), zone):
            found.append(_edge(at, at + timedelta(days=1), zone))
        at += timedelta(days=1)
    return found


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _edge(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    while high - low > MINUTE:
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        low, high = (low, middle) if _offset(middle, zone) == _offset(high, zone) else (middle, high)
    return high


EDGES = [(zone, edge) for zone in ZONES for edge in edges(zone)]


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


near_edges = st.builds(
    lambda place, minutes: (place[0], place[1] + minutes * MINUTE),
    st.sampled_from(EDGES),
    st.integers(-26 * 60, 26 * 60),
)
weekday_sets = st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(frozenset)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def test_there_are_edges_to_stand_on() -> None:
    assert len(EDGES) > 300
    assert {zone.key for zone, _ in EDGES} == {zone.key for zone in ZONES} - {
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
    }


@settings(deadline=None)
@given(near_edges)
def test_the_first_instant_that_shows_a_local_time_is_found(place: tuple[ZoneInfo, datetime]) -> None:
    zone, at = place
    local = shown(at, zone)
    found = instant(local, zone)
    assert shown(found, zone) == local
    assert found <= at
    assert found in (at, at - 30 * MINUTE, at - 60 * MINUTE)


@settings(deadline=None)
@given(st.sampled_from(EDGES), st.integers(0, 24 * 60 - 1))
def test_a_gap_moves_a_local_time_to_the_next_minute_that_exists(
    place: tuple[ZoneInfo, datetime], minutes: int
) -> None:
    zone, edge = place
    before, behind = shown(edge - MINUTE, zone) + MINUTE, shown(edge, zone)
    inside = before + minutes * MINUTE
    if before <= inside < behind:
        assert instant(inside, zone) == edge


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2009, 1, 1), datetime(2028, 1, 1)),
    st.integers(0, 3 * 24 * 60),
)
def test_later_on_the_wall_is_never_earlier_in_time(zone: ZoneInfo, local: datetime, minutes: int) -> None:
    assert instant(local, zone) <= instant(local + minutes * MINUTE, zone)


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        (
            "Europe/Berlin",
            datetime(2026, 3, 29, 2, 30),
            datetime(2026, 3, 29, 1, 0),
        ),  # gap: 03:00 summer time
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30)),  # twice: the first
        (
            "Australia/Lord_Howe",
            datetime(2026, 10, 4, 2, 15),
            datetime(2026, 10, 3, 15, 30),
        ),  # gap of 30 minutes
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45), datetime(2026, 4, 4, 14, 45)),
        ("Asia/Kathmandu", datetime(2026, 7, 1, 9, 0), datetime(2026, 7, 1, 3, 15)),
        ("Pacific/Apia", datetime(2011, 12, 30, 9, 0), datetime(2011, 12, 30, 10, 0)),  # the day that is not
        ("Africa/Cairo", datetime(2026, 4, 24, 0, 30), datetime(2026, 4, 23, 22, 0)),  # midnight is skipped
    ],
)
def test_known_edges(zone: str, local: datetime, expected: datetime) -> None:
    assert instant(local, ZoneInfo(zone)) == expected.replace(tzinfo=UTC)


@settings(deadline=None)
@given(near_edges, times, weekday_sets)
def test_the_next_local_time_is_the_first_there_is(
    place: tuple[ZoneInfo, datetime], at: time, weekdays: Weekdays
) -> None:
    zone, now = place
    found = next_local(now, zone, at, weekdays)
    assert found >= now
    assert WEEKDAYS[local_date(found, zone).weekday()] in weekdays
    day = local_date(now, zone) - timedelta(days=1)
    while day <= local_date(found, zone):  # no day before it has its time between now and then
        other = instant(datetime.combine(day, at), zone)
        if WEEKDAYS[day.weekday()] in weekdays and local_date(other, zone) == day:
            assert not now <= other < found
        day += timedelta(days=1)


def test_the_time_itself_counts_as_the_next() -> None:
    nine = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert next_local(nine, BERLIN, time(9)) == nine
    assert next_local(nine + timedelta(microseconds=1), BERLIN, time(9)) == nine + timedelta(days=1)
    assert next_local(nine + MINUTE, BERLIN, time(9), frozenset(WEEKDAYS[:5])) == nine + timedelta(days=3)


def test_a_week_without_a_friday_has_its_friday_a_week_later() -> None:
    apia = ZoneInfo("Pacific/Apia")
    thursday = datetime(2011, 12, 29, 20, 0, tzinfo=UTC)
    found = next_local(thursday, apia, time(9), frozenset({"fri"}))
    assert shown(found, apia) == datetime(2012, 1, 6, 9, 0)


@settings(deadline=None)
@given(near_edges, st.integers(1, 60))
def test_days_alone_are_24_hours_each(place: tuple[ZoneInfo, datetime], count: int) -> None:
    zone, now = place
    assert after(now, Duration(days=count), zone) - now == timedelta(days=count)


@settings(deadline=None)
@given(near_edges, st.integers(1, 30))
def test_months_keep_the_local_time_where_it_exists(place: tuple[ZoneInfo, datetime], months: int) -> None:
    zone, now = place
    found = shown(after(now, Duration(months=months), zone), zone)
    begun = shown(now, zone)
    assert (found.year * 12 + found.month) - (begun.year * 12 + begun.month) in (months, months + 1)
    moved = found - found.replace(hour=begun.hour, minute=begun.minute)
    assert moved == timedelta() or instant(found, zone) in {edge for z, edge in EDGES if z == zone}


def test_months_end_where_the_month_ends() -> None:
    january = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
    assert after(january, Duration.parse("P1M"), BERLIN) == datetime(2026, 2, 28, 8, 0, tzinfo=UTC)
    assert after(january, Duration.parse("P2M"), BERLIN) == datetime(
        2026, 3, 31, 7, 0, tzinfo=UTC
    )  # summer time
    assert after(january, Duration.parse("P1MT1H"), BERLIN) == datetime(2026, 2, 28, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "span", "at", "weekdays", "expected"),
    [
        ("2026-11-23T21:00", "P1D", time(9), EVERY_DAY, "2026-11-24T09:00"),  # Monday 21:00 → Tuesday 09:00
        ("2026-11-23T08:00", "P1D", time(9), EVERY_DAY, "2026-11-24T09:00"),
        ("2026-11-20T12:00", "P1D", time(9), frozenset(WEEKDAYS[:5]), "2026-11-23T09:00"),  # Friday → Monday
        ("2026-03-28T12:00", "P1D", time(2, 30), EVERY_DAY, "2026-03-29T03:00"),  # into the gap
        ("2026-11-23T21:00", "PT6H", time(9), EVERY_DAY, "2026-11-24T09:00"),
        ("2026-11-23T21:00", "PT13H", time(9), EVERY_DAY, "2026-11-25T09:00"),
        ("2026-01-31T10:00", "P1M", time(9), EVERY_DAY, "2026-02-28T09:00"),
    ],
)
def test_so_many_days_then_the_time(now: str, span: str, at: time, weekdays: Weekdays, expected: str) -> None:
    begun = instant(datetime.fromisoformat(now), BERLIN)
    found = local_days_then(begun, Duration.parse(span), at, BERLIN, weekdays=weekdays)
    assert shown(found, BERLIN) == datetime.fromisoformat(expected)


@settings(deadline=None)
@given(near_edges, st.integers(1, 40), times)
def test_so_many_days_on_is_that_day(place: tuple[ZoneInfo, datetime], count: int, at: time) -> None:
    zone, now = place
    day = local_date(now, zone) + timedelta(days=count)
    # where clocks go back over midnight (St. John's until 2011), tomorrow may have begun once already
    assume(start_of_day(day, zone) > now)
    found = local_days_then(now, Duration(days=count), at, zone)
    exists = local_date(start_of_day(day, zone), zone) == day
    assert found > now
    assert local_date(found, zone) == (day if exists else day + timedelta(days=1))


@pytest.mark.parametrize(
    ("value", "offset", "at", "expected"),
    [
        (date(2026, 3, 31), "-P3D", time(9), "2026-03-28T09:00"),
        (date(2026, 3, 31), "-P3D", None, "2026-03-28T00:00"),
        (date(2026, 3, 31), "P0D", time(9), "2026-03-31T09:00"),
        (date(2026, 3, 31), "-PT6H", None, "2026-03-30T18:00"),
        (date(2026, 3, 31), "-P1M", time(9), "2026-02-28T09:00"),
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "P0D", None, "2026-04-01T00:30"),
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "-P1D", time(9), "2026-03-31T09:00"),
        (
            datetime(2026, 3, 29, 10, 0, tzinfo=UTC),
            "-P1D",
            None,
            "2026-03-28T11:00",
        ),  # 24 hours, over the gap
    ],
)
def test_before_or_after_a_date_attribute(value: Any, offset: str, at: time | None, expected: str) -> None:
    found = on_date(value, Offset.parse(offset), BERLIN, at)
    assert shown(found, BERLIN) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T09:00:00Z", datetime(2026, 3, 31, 9, tzinfo=UTC)),
        ("2026-03-31T09:00:00+02:00", datetime(2026, 3, 31, 7, tzinfo=UTC)),
        ("2026-03-31T09:00+0200", datetime(2026, 3, 31, 7, tzinfo=UTC)),
        ("2026-03-31 09:00", datetime(2026, 3, 31, 9, tzinfo=UTC)),
        ("2026-03-31T09:00:00.123456789Z", datetime(2026, 3, 31, 9, 0, 0, 123456, UTC)),
        (datetime(2026, 3, 31, 9), datetime(2026, 3, 31, 9, tzinfo=UTC)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2026-02-30", None),
        ("2026-02-30T10:00:00Z", None),
        ("2026-3-31", None),
        ("2026-03-31T24:00:00Z", None),
        ("2026-03-31T09:00:60Z", None),
        ("2026-03-31T09:00:00+16:00", None),
        ("20260331", None),
        ("2026-W14-2", None),
        ("31.03.2026", None),
        ("", None),
        (20260331, None),
        (None, None),
    ],
)
def test_days_and_instants_are_read_from_iso_and_nothing_else(written: Any, read: Any) -> None:
    found = read_moment(written)
    assert found == read
    assert type(found) is type(read)


@settings(deadline=None)
@given(
    near_edges,
    st.integers(1, 3 * 24 * 60),
    st.sampled_from(["P1M", "P3M", "P1Y", "P1M1D", "P1D", "PT12H", "P2MT5H"]),
)
def test_windows_only_move_forward(place: tuple[ZoneInfo, datetime], minutes: int, span: str) -> None:
    zone, now = place
    later, length = now + minutes * MINUTE, Duration.parse(span)
    assert window_start(now, length, zone) <= window_start(later, length, zone)
    assert window_end(now, length, zone) <= window_end(later, length, zone)
    assert window_start(now, length, zone) < now < window_end(now, length, zone)


def test_zones_go_by_their_iana_names() -> None:
    assert zone_named("America/New_York").key == "America/New_York"
    for name in ("Mars/Base", "", "localtime", "../../etc/passwd", "CEST", "europe/berlin"):
        assert find_zone(name) is None
        with pytest.raises(Invalid, match=r"is not a time zone\. Write it like Europe/Berlin"):
            zone_named(name)
    assert find_zone(None) is None


def test_a_time_of_day_is_written_with_two_digits() -> None:
    adapter: TypeAdapter[time] = TypeAdapter(LocalTime)
    assert adapter.validate_python("09:05") == time(9, 5)
    assert adapter.dump_python(time(9, 5), mode="json") == "09:05"
    for wrong in ("9:05", "24:00", "09:60", "09:05:00", "9am", 905, None):
        with pytest.raises(ValidationError, match=r"is not a time of day\. Write it like 09:00"):
            adapter.validate_python(wrong)
