from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import zones
from domain.custom_fields import (
    FIELD_TYPES,
    RESERVED,
    CustomField,
    fitting,
    infer,
    name_from,
    parse_definition,
    parse_name,
    parse_value,
    undeclared,
)
from domain.errors import Invalid

BERLIN = ZoneInfo("Europe/Berlin")


def value(type_: str, raw: object, *options: str) -> object:
    return parse_value(CustomField("x", type_, options=options), raw, zone=BERLIN)  # pyright: ignore[reportArgumentType]


class TestNames:
    @pytest.mark.parametrize("name", ["plan", "favourite_drink", "favouriteColour", "x1"])
    def test_what_programs_can_use_as_a_name(self, name: str) -> None:
        assert parse_name(name) == name

    @pytest.mark.parametrize("name", ["", "1st", "a b", "a.b", "ä", "_x", "x" * 61, "a-b"])
    def test_what_a_condition_could_not_refer_to(self, name: str) -> None:
        with pytest.raises(Invalid, match="cannot name a field"):
            parse_name(name)

    @pytest.mark.parametrize("name", [*sorted(RESERVED), "Email"])
    def test_what_every_contact_has_is_taken(self, name: str) -> None:
        with pytest.raises(Invalid, match="Choose another"):
            parse_name(name)

    @given(st.text(max_size=100))
    def test_every_label_gives_a_name_that_can_be_used(self, label: str) -> None:
        assert parse_name(name_from(label))

    def test_labels_become_names(self) -> None:
        assert name_from("Favourite drink (2nd)") == "favourite_drink_2nd"
        assert name_from("Größe") == "grosse"
        assert name_from("E-Mail") == "e_mail"
        assert name_from("Email") == "my_email"
        assert name_from("2nd address") == "field_2nd_address"


class TestValues:
    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            (5, 5),
            (5.5, 5.5),
            ("12", 12),
            ("-3", -3),
            ("12.50", 12.5),
            ("12,5", 12.5),
            ("1,250.50", 1250.5),
            ("1.250,50", 1250.5),
            ("1'250", 1250),
            (" 7 ", 7),
        ],
    )
    def test_numbers_as_programs_and_spreadsheets_write_them(self, raw: object, kept: float) -> None:
        found = value("number", raw)
        assert found == kept
        assert type(found) is type(kept)

    @pytest.mark.parametrize(
        "raw", ["", "abc", "1,250", "1.2.3", "12 apples", True, float("nan"), 10**16, "1" * 400]
    )
    def test_what_is_no_number_or_could_be_two(self, raw: object) -> None:
        with pytest.raises(Invalid, match="number"):
            value("number", raw)

    def test_yes_and_no(self) -> None:
        assert [value("boolean", raw) for raw in (True, "yes", "1", "Ja", 1)] == [True] * 5
        assert [value("boolean", raw) for raw in (False, "no", "0", "nein", 0)] == [False] * 5
        with pytest.raises(Invalid, match="neither yes nor no"):
            value("boolean", "maybe")

    def test_days(self) -> None:
        assert value("date", "2026-03-31") == "2026-03-31"
        assert value("date", "31.3.2026") == "2026-03-31"
        for wrong in ("03/04/2026", "soon", 20260331, True):
            with pytest.raises(Invalid, match="Write it like 2026-03-31"):
                value("date", wrong)
        for unreal in ("31.02.1980", "2026-02-30", "2026-13-01"):
            with pytest.raises(Invalid, match=rf"“{unreal}”: There is no such day\.$"):
                value("date", unreal)

    def test_an_instant_is_kept_in_utc_and_read_in_the_zone_of_the_shop(self) -> None:
        assert value("datetime", "2026-03-31T09:00:00Z") == "2026-03-31T09:00:00Z"
        assert value("datetime", "2026-03-31T09:00:00+02:00") == "2026-03-31T07:00:00Z"
        assert value("datetime", "2026-03-31 09:00") == "2026-03-31T07:00:00Z"
        assert value("datetime", "2026-03-31") == "2026-03-30T22:00:00Z"
        with pytest.raises(Invalid, match="is not a date and time"):
            value("datetime", "31st of March")

    def test_an_answer_takes_the_spelling_of_the_list(self) -> None:
        assert value("choice", "ESPRESSO", "Filter", "Espresso") == "Espresso"
        with pytest.raises(Invalid, match="not among the answers: Filter, Espresso"):
            value("choice", "Tea", "Filter", "Espresso")

    def test_texts(self) -> None:
        assert value("text", 5) == "5"
        assert value("text", True) == "true"
        assert value("text", "two\r\nlines") == "two\nlines"
        for wrong in ("a\x00b", "\ud800", "x" * 5001):
            with pytest.raises(Invalid):
                value("text", wrong)

    @pytest.mark.parametrize("raw", [["a"], {"a": 1}, None])
    @pytest.mark.parametrize("type_", FIELD_TYPES)
    def test_a_value_is_one_thing(self, type_: str, raw: object) -> None:
        with pytest.raises(Invalid, match="one text, number, or true or false"):
            value(type_, raw)

    @given(
        st.sampled_from([t for t in FIELD_TYPES if t != "choice"]),
        st.text(max_size=30) | st.floats() | st.integers() | st.booleans(),
    )
    def test_what_is_kept_reads_as_itself(self, type_: str, raw: object) -> None:
        try:
            kept = value(type_, raw)
        except Invalid:
            return
        assert value(type_, kept) == kept

    @given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.times())
    def test_local_times_are_read_as_the_calendar_reads_them(self, day: date, time: time) -> None:
        local = datetime.combine(day, time.replace(microsecond=0))
        kept = value("datetime", local.isoformat(" "))
        assert datetime.fromisoformat(str(kept)) == zones.instant(local, BERLIN)


class TestFieldsThatComeToBe:
    def test_the_first_value_says_the_type(self) -> None:
        assert [
            infer(v) for v in (True, 5, 5.5, "2026-03-31", "2026-03-31T09:00:00Z", "pro", "2026-02-30")
        ] == [
            "boolean",
            "number",
            "number",
            "date",
            "datetime",
            "text",
            "text",
        ]

    def test_only_what_is_new_and_has_a_value(self) -> None:
        known = {"plan": CustomField("plan")}
        found = undeclared({"plan": "pro", "renews_on": "2026-03-31", "gone": None}, known)
        assert found == [CustomField("renews_on", "date", "Renews on")]

    @pytest.mark.parametrize(
        ("cells", "type_"),
        [
            (["1", "2.5", ""], "number"),
            (["01234", "2"], "text"),
            (["+49301234"], "text"),
            (["2026-03-31", "31.12.2025"], "date"),
            (["2026-03-31 09:00"], "datetime"),
            (["1", "2026-03-31"], "text"),
            (["", ""], "text"),
            ([], "text"),
            (["yes", "no"], "text"),
        ],
    )
    def test_a_column_has_the_type_that_all_its_cells_have(self, cells: list[str], type_: str) -> None:
        assert fitting(cells) == type_


class TestDefinitions:
    def test_a_label_is_made_when_none_is_given(self) -> None:
        assert parse_definition(name="favourite_drink", type_="text") == CustomField(
            "favourite_drink", "text", "Favourite drink"
        )

    def test_answers_belong_to_a_choice_alone(self) -> None:
        assert parse_definition(
            name="roast", type_="choice", options=["Filter", " Filter", "Espresso", ""]
        ).options == (
            "Filter",
            "Espresso",
        )
        assert parse_definition(name="roast", type_="text", options=["Filter"]).options == ()

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"name": "a b", "type_": "text"}, "name"),
            ({"name": "ab", "type_": "money"}, "type"),
            ({"name": "ab", "type_": "choice"}, "options"),
            ({"name": "ab", "type_": "choice", "options": [str(n) for n in range(201)]}, "options"),
        ],
    )
    def test_what_is_wrong_is_pointed_at(self, wrong: dict[str, object], path: str) -> None:
        with pytest.raises(Invalid) as caught:
            parse_definition(**wrong)  # pyright: ignore[reportArgumentType]
        assert [problem.path for problem in caught.value.problems] == [path]
