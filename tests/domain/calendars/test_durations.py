from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.calendars.durations import Duration, Offset
from domain.errors import Invalid


@pytest.mark.parametrize(
    ("text", "elapsed", "months"),
    [
        ("P3D", timedelta(days=3), 0),
        ("P2W", timedelta(days=14), 0),
        ("PT36H", timedelta(hours=36), 0),
        ("PT0.5S", timedelta(milliseconds=500), 0),
        ("P1Y2M3DT4H5M6S", timedelta(days=3, hours=4, minutes=5, seconds=6), 14),
        ("+P1D", timedelta(days=1), 0),
    ],
)
def test_a_duration_is_read_by_its_parts(text: str, elapsed: timedelta, months: int) -> None:
    span = Duration.parse(text)
    assert (span.elapsed, span.by_calendar) == (elapsed, months)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "3d",
        "3 days",
        "P1.5D",
        "P1H",
        "PT1D",
        "p3d",
        "P3D ",
        "P٣D",
        "P1M1Y",
        "PT1S1M",
        "P3D\n",
        "P-3D",
    ],
)
def test_what_is_no_length_of_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match=r"is not a length of time\. Write it like P3D"):
        Duration.parse(text)


def test_a_duration_is_more_than_nothing_and_less_than_for_ever() -> None:
    with pytest.raises(Invalid, match="no time at all"):
        Duration.parse("PT0S")
    with pytest.raises(Invalid, match="goes backwards"):
        Duration.parse("-P3D")
    with pytest.raises(Invalid, match="at most 150 years"):
        Duration.parse("P151Y")
    with pytest.raises(Invalid, match="at most 150 years"):
        Offset.parse("-P99999W")
    assert Duration.parse("P150Y").years == 150


def test_an_offset_goes_both_ways_or_nowhere() -> None:
    assert Offset.parse("-P3D").shift(date(2026, 3, 2)) == date(2026, 2, 27)
    assert Offset.parse("P1M").shift(date(2026, 1, 31)) == date(2026, 2, 28)
    assert Offset.parse("P0D").shift(date(2026, 3, 2)) == date(2026, 3, 2)
    assert -Duration.parse("P1M2DT3H") == Offset.parse("-P1M2DT3H")


parts = st.builds(
    Duration,
    years=st.integers(0, 20),
    months=st.integers(0, 50),
    weeks=st.integers(0, 50),
    days=st.integers(0, 400),
    hours=st.integers(0, 100),
    minutes=st.integers(0, 10_000),
    seconds=st.integers(0, 86_400_000_000).map(lambda micros: micros / 1e6),
).filter(lambda span: span.about > timedelta())


@settings(deadline=None)
@given(parts)
def test_what_is_written_reads_back_as_the_same(span: Duration) -> None:
    again = Duration.parse(str(span))
    assert again.by_calendar == span.by_calendar
    assert again.elapsed == span.elapsed
    assert Offset.parse(str(-span)) == -Offset.parse(str(span))


class Form(BaseModel):
    wait: Duration
    offset: Offset = Offset()


def test_forms_take_durations_as_text_and_give_them_back_so() -> None:
    form = Form.model_validate({"wait": "P2W", "offset": "-P3D"})
    assert form.model_dump(mode="json") == {"wait": "P2W", "offset": "-P3D"}
    assert Form.model_validate(form.model_dump()) == form
    assert Form.model_json_schema()["properties"]["wait"]["format"] == "duration"
    with pytest.raises(ValidationError, match="is not a length of time"):
        Form.model_validate({"wait": 30})
