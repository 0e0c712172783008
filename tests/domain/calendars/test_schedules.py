from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars.schedules import Schedule
from domain.calendars.words import schedule_words
from domain.calendars.zones import WEEKDAYS, local_date

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo")
]
MONDAY = date(2026, 11, 23)


def schedule(**parts: Any) -> Schedule:
    return Schedule.model_validate({"time": "09:00"} | parts)


def days(one: Schedule, anchor: date, count: int) -> list[str]:
    return [
        one.occurrence(k, anchor, BERLIN).astimezone(BERLIN).strftime("%a %Y-%m-%d %H:%M")
        for k in range(count)
    ]


def test_days() -> None:
    assert days(schedule(every="day"), date(2026, 3, 28), 3) == [
        "Sat 2026-03-28 09:00",
        "Sun 2026-03-29 09:00",  # the clocks have changed, the time on the wall has not
        "Mon 2026-03-30 09:00",
    ]
    assert days(schedule(every="day", interval=10), MONDAY, 2) == [
        "Mon 2026-11-23 09:00",
        "Thu 2026-12-03 09:00",
    ]


def test_weeks_begin_on_monday_and_leave_out_what_was_before_the_first_day() -> None:
    twice = schedule(every="week", weekdays=["thu", "mon"], interval=2)
    assert days(twice, date(2026, 11, 25), 4) == [
        "Thu 2026-11-26 09:00",
        "Mon 2026-12-07 09:00",
        "Thu 2026-12-10 09:00",
        "Mon 2026-12-21 09:00",
    ]
    assert days(schedule(every="week"), date(2026, 11, 25), 2) == [
        "Wed 2026-11-25 09:00",
        "Wed 2026-12-02 09:00",
    ]


def test_the_31st_comes_back_after_short_months() -> None:
    assert days(schedule(every="month"), date(2026, 1, 31), 4) == [
        "Sat 2026-01-31 09:00",
        "Sat 2026-02-28 09:00",
        "Tue 2026-03-31 09:00",
        "Thu 2026-04-30 09:00",
    ]
    assert days(schedule(every="month", day="last", interval=12), date(2028, 2, 1), 2) == [
        "Tue 2028-02-29 09:00",
        "Wed 2029-02-28 09:00",
    ]
    assert days(schedule(every="month", day=1), date(2026, 11, 23), 2) == [
        "Tue 2026-12-01 09:00",
        "Fri 2027-01-01 09:00",
    ]


schedules = st.one_of(
    st.builds(lambda at, n: schedule(every="day", time=at, interval=n), st.times(), st.integers(1, 40)),
    st.builds(
        lambda at, n, on: schedule(every="week", time=at, interval=n, weekdays=sorted(on)),
        st.times(),
        st.integers(1, 6),
        st.sets(st.sampled_from(WEEKDAYS)),
    ),
    st.builds(
        lambda at, n, on: schedule(every="month", time=at, interval=n, day=on),
        st.times(),
        st.integers(1, 13),
        st.one_of(st.none(), st.just("last"), st.integers(1, 31)),
    ),
).map(lambda one: one.model_copy(update={"time": one.time.replace(second=0, microsecond=0)}))
anchors = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@settings(deadline=None)
@given(schedules, anchors, st.sampled_from(ZONES))
def test_the_times_follow_each_other_from_the_first_day_on(
    one: Schedule, anchor: date, zone: ZoneInfo
) -> None:
    found = [one.occurrence(k, anchor, zone) for k in range(8)]
    assert local_date(found[0], zone) >= anchor
    assert all(earlier < later for earlier, later in pairwise(found))


@settings(deadline=None)
@given(schedules, anchors, st.sampled_from(ZONES), st.integers(0, 30), st.sampled_from([-1, 0, 1]))
def test_the_next_time_is_one_of_them_and_none_is_left_out(
    one: Schedule, anchor: date, zone: ZoneInfo, k: int, ticks: int
) -> None:
    now = one.occurrence(k, anchor, zone) + ticks * timedelta(microseconds=1)
    expected = one.occurrence(k if ticks < 0 else k + 1, anchor, zone)
    assert one.next_after(now, anchor, zone) == expected


def test_before_the_first_day_the_next_time_is_the_first() -> None:
    long_ago = datetime(1999, 1, 1, tzinfo=UTC)
    one = schedule(every="week", weekdays=["mon"])
    assert one.next_after(long_ago, MONDAY, BERLIN) == one.occurrence(0, MONDAY, BERLIN)


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"every": "month", "day": 32}, "the days 1 to 31"),
        ({"every": "month", "day": 0}, "the days 1 to 31"),
        ({"every": "day", "day": 3}, "goes with every month"),
        ({"every": "month", "weekdays": ["mon"]}, "go with every week"),
        ({"every": "day", "interval": 0}, "greater than or equal to 1"),
        ({"every": "hour"}, "'day', 'week' or 'month'"),
        ({"every": "day", "time": "9 o'clock"}, "is not a time of day"),
    ],
)
def test_what_does_not_fit_is_refused(parts: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        schedule(**parts)


def test_in_words() -> None:
    assert schedule_words(schedule(every="day")) == "every day at 09:00"
    assert schedule_words(schedule(every="week", weekdays=WEEKDAYS[:5])) == "every week on weekdays at 09:00"
    twice = schedule(every="week", weekdays=["mon", "thu"], interval=2)
    assert schedule_words(twice) == "every 2 weeks on Monday and Thursday at 09:00"
    assert schedule_words(schedule(every="week"), MONDAY) == "every week on Monday at 09:00"
    assert schedule_words(schedule(every="month", day="last")) == "every month on the last day at 09:00"
    assert schedule_words(schedule(every="month"), date(2026, 1, 31)) == "every month on the 31st at 09:00"
    assert schedule(every="day").time == time(9)
