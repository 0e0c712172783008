from datetime import time

import pytest

from domain.calendars.durations import Duration, Offset
from domain.calendars.words import duration_words, listed, offset_words, ordinal, wait_words, weekday_words
from domain.calendars.zones import EVERY_DAY, WEEKDAYS, Weekdays

WORKDAYS = frozenset(WEEKDAYS[:5])


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ("P3D", "3 days"),
        ("P1D", "1 day"),
        ("PT36H", "36 hours"),
        ("P1Y2M", "1 year and 2 months"),
        ("P1W2DT3H", "1 week, 2 days and 3 hours"),
        ("PT0.5S", "0.5 seconds"),
        ("PT1500M", "1,500 minutes"),
    ],
)
def test_durations(span: str, words: str) -> None:
    assert duration_words(Duration.parse(span)) == words


@pytest.mark.parametrize(
    ("span", "at", "weekdays", "words"),
    [
        ("P3D", None, EVERY_DAY, "3 days"),
        ("P3D", time(9), WORKDAYS, "3 days, then 09:00 on weekdays"),
        ("P3D", time(9), EVERY_DAY, "3 days, then 09:00"),
        (None, time(17, 30), frozenset({"sat", "sun"}), "until 17:30 at the weekend"),
        (None, time(9), frozenset({"thu", "mon"}), "until 09:00 on Monday and Thursday"),
        (None, None, EVERY_DAY, "no time"),
    ],
)
def test_waits(span: str | None, at: time | None, weekdays: Weekdays, words: str) -> None:
    assert wait_words(Duration.parse(span) if span else None, at, weekdays) == words


def test_offsets() -> None:
    assert offset_words(Offset.parse("-P3D"), "the renewal") == "3 days before the renewal"
    assert offset_words(Offset.parse("P1W"), "the renewal") == "1 week after the renewal"
    assert offset_words(Offset.parse("P0D"), "the renewal") == "on the renewal"


def test_lists_and_ordinals() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert weekday_words(["mon"]) == "on Monday"
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "31st")
    ]
