from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contacts import STANDARD, Conventions, Details, Profile
from domain.custom_fields import CustomField
from domain.errors import Invalid
from domain.imports import (
    Options,
    Plan,
    RowError,
    guess_mapping,
    make_plan,
    parse_options,
    proof,
    read_row,
    superseded,
    undone,
)
from domain.spreadsheets import Record, Sheet, read_sheet

HERE = Conventions({"visits": CustomField("visits", "number", "Visits")}, "DE", ZoneInfo("Europe/Berlin"))


def sheet(*lines: str) -> Sheet:
    return read_sheet("\n".join(lines).encode())


def plan(header: str, mapping: dict[str, str | None] | None = None, **options: Any) -> Plan:
    example = sheet(header, ",".join(["x"] * len(header.split(","))))
    return make_plan(example, HERE.fields, mapping=mapping, options=Options(**options))


def row(
    header: str, cells: str, mapping: dict[str, str | None] | None = None, **options: Any
) -> Details | list[RowError]:
    return read_row(Record(2, tuple(cells.split(","))), plan(header, mapping, **options), HERE)


class TestGuessing:
    @pytest.mark.parametrize(
        ("heading", "target"),
        [
            ("E-Mail", "email"),
            ("Email Address", "email"),
            ("E-Mail-Adresse", "email"),
            ("Vorname", "first_name"),
            ("First name", "first_name"),
            ("LAST_NAME", "last_name"),
            ("Téléphone", "phone"),
            ("Mobile phone", "phone"),
            ("Kundennr.", "external_id"),
            ("Time zone", "time_zone"),
            ("Accepts Email Marketing", "consent.email"),
            ("consent.sms", "consent.sms"),
            ("Visits", "attributes.visits"),
            ("attributes.visits", "attributes.visits"),
            ("Favourite drink", "attributes.favourite_drink"),
            ("created_at", None),
            ("id", None),
            ("Import problem", None),
        ],
    )
    def test_what_a_column_is_called_says_what_it_is(self, heading: str, target: str | None) -> None:
        assert guess_mapping([heading], HERE.fields.values()) == {heading: target}

    def test_nothing_is_taken_twice_but_tags(self) -> None:
        assert guess_mapping(["email", "E-Mail", "Tags", "Groups"]) == {
            "email": "email",
            "E-Mail": None,
            "Tags": "tags",
            "Groups": "tags",
        }


class TestPlanning:
    def test_new_columns_become_fields_with_the_type_of_their_cells(self) -> None:
        example = sheet(
            "email,Visits,Spent,Since,Plz", "a@b.de,3,1.5,2026-01-01,01234", "c@d.de,x,2,2026-01-02,2"
        )
        assert make_plan(example, HERE.fields).new_fields == (
            CustomField("spent", "number", "Spent"),
            CustomField("since", "date", "Since"),
            CustomField("plz", "text", "Plz"),
        )

    def test_a_given_mapping_is_all_there_is(self) -> None:
        made = plan("Who,What,Why", {"Who": "email", "What": "attributes.reason", "Why": None})
        assert made.targets == {"Who": "email", "What": "attributes.reason", "Why": None}
        assert [field.name for field in made.new_fields] == ["reason"]

    @pytest.mark.parametrize(
        ("mapping", "path", "word"),
        [
            ({"Nope": "email"}, "mapping.Nope", "no column “Nope”. It has: “Mail”, “City”"),
            ({"Mail": "email", "City": "town"}, "mapping.City", "nothing that a contact has"),
            ({"Mail": "email", "City": "attributes.a b"}, "mapping.City", "cannot name a field"),
            ({"Mail": "email", "City": "email"}, "mapping", "both taken for email"),
            ({"City": "first_name"}, "mapping", "No column holds e-mail addresses"),
            ({}, "mapping", "No column holds e-mail addresses"),
        ],
    )
    def test_a_mapping_that_cannot_be_followed(
        self, mapping: dict[str, str | None], path: str, word: str
    ) -> None:
        with pytest.raises(Invalid, match=word) as caught:
            plan("Mail,City", mapping)
        assert caught.value.problems[0].path == path

    def test_it_survives_being_stored(self) -> None:
        made = plan("email,Spent", tags=("a",), consent="subscribed", wording="Newsletter form")
        assert Plan.model_validate(made.model_dump(mode="json")) == made

    def test_agreement_without_its_wording_proves_nothing(self) -> None:
        with pytest.raises(Invalid, match="kept as the proof") as caught:
            parse_options(tags=[], consent="subscribed", wording=" ", existing="update")
        assert caught.value.problems[0].path == "consent_wording"

    @pytest.mark.parametrize("wrong", [{"consent": "maybe"}, {"existing": "replace"}])
    def test_options_that_there_are_not(self, wrong: dict[str, str]) -> None:
        options = {"tags": [], "consent": "none", "wording": "", "existing": "update"} | wrong
        with pytest.raises(Invalid) as caught:
            parse_options(**options)  # pyright: ignore[reportArgumentType]
        assert caught.value.problems[0].path in wrong


class TestRows:
    def test_a_row_says_what_its_cells_say(self) -> None:
        header = "email,name,phone,visits,tags,Groups,newsletter,SMS consent,Time zone"
        cells = (
            'ADA@example.com,Ada King Lovelace,030 1234567,"3",vip;new,new|x,yes,no,europe/berlin'.replace(
                '"', ""
            )
        )
        assert row(header, cells, tags=("from file",)) == Details(
            {
                "email": "ada@example.com",
                "phone": "+49301234567",
                "first_name": "Ada King",
                "last_name": "Lovelace",
                "time_zone": "Europe/Berlin",
            },
            {"visits": 3},
            ("from file", "vip", "new", "x"),
            {"email": "subscribed", "sms": "unsubscribed"},
        )

    def test_an_empty_cell_says_nothing(self) -> None:
        assert row("email,first_name,visits,newsletter", "a@b.de,,,") == Details({"email": "a@b.de"})

    @pytest.mark.parametrize(
        ("name", "first", "last"),
        [
            ("Ada Lovelace", "Ada", "Lovelace"),
            ("Ada King Lovelace", "Ada King", "Lovelace"),
            ("Ada", "Ada", None),
        ],
    )
    def test_a_whole_name_is_split(self, name: str, first: str, last: str | None) -> None:
        said = row("email,name", f"a@b.de,{name}")
        assert isinstance(said, Details)
        assert (said.standard.get("first_name"), said.standard.get("last_name")) == (first, last)

    def test_a_name_by_family_first(self) -> None:
        said = read_row(Record(2, ("a@b.de", "Lovelace, Ada")), plan("email,name"), HERE)
        assert isinstance(said, Details)
        assert (said.standard["first_name"], said.standard["last_name"]) == ("Ada", "Lovelace")

    def test_everything_that_is_wrong_is_said_with_its_column(self) -> None:
        header = "E-Mail,Visits,Groups,newsletter,name"
        errors = row(header, f"ada,many,{'x' * 101},perhaps,{'y' * 201}")
        assert isinstance(errors, list)
        assert {(error.row, error.column) for error in errors} == {
            (2, "E-Mail"),
            (2, "Visits"),
            (2, "Groups"),
            (2, "newsletter"),
            (2, "name"),
        }

    def test_a_row_about_nobody(self) -> None:
        assert row("E-Mail,name", ",Ada") == [RowError(2, "E-Mail", "This row has no e-mail address.")]
        assert row("Customer ID,name", ",Ada") == [RowError(2, "Customer ID", "This row has no external_id.")]
        assert isinstance(row("E-Mail,Customer ID", ",7"), Details)

    def test_a_row_that_could_not_be_read(self) -> None:
        assert read_row(Record(7, (), "broken"), plan("email"), HERE) == [RowError(7, "", "broken")]

    def test_a_statement_for_all_holds_where_the_row_says_nothing_else(self) -> None:
        said = [
            row("email,newsletter", f"a@b.de,{cell}", consent="subscribed", wording="w")
            for cell in ("", "no")
        ]
        assert [one.consent for one in said if isinstance(one, Details)] == [
            {"email": "subscribed"},
            {"email": "unsubscribed"},
        ]

    def test_the_proof_is_the_wording_or_else_the_column(self) -> None:
        assert proof(plan("email,newsletter"), "c.csv") == {"email": "Column “newsletter” of c.csv"}
        assert proof(plan("email", consent="subscribed", wording="At the till"), "c.csv") == {
            "email": "At the till"
        }
        assert proof(plan("email"), "c.csv") == {}


class TestDuplicates:
    def test_the_last_row_about_somebody_stands(self) -> None:
        file = sheet(
            "email,external_id", "a@b.de,", "A@b.de ,", "c@d.de,7", "e@f.de,7", "g@h.de,8", ",9", ","
        )
        assert superseded(file.records, make_plan(file, {})) == {2, 4}

    @given(st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["", "1", "2"])), max_size=8))
    def test_no_two_rows_that_remain_share_a_key(self, pairs: list[tuple[str, str]]) -> None:
        records = [Record(n, (f"{mail}@x.de" if mail else "", id_)) for n, (mail, id_) in enumerate(pairs, 2)]
        gone = superseded(records, plan("email,external_id"))
        for column in (0, 1):
            left = [r.cells[column] for r in records if r.number not in gone and r.cells[column]]
            assert len(left) == len(set(left))
        assert not records or records[-1].number not in gone


VALUES = st.none() | st.sampled_from(["x", "y", 1])
PROFILES = st.builds(
    lambda standard, attributes, tags, consent: Profile(
        **standard,
        attributes={k: v for k, v in attributes.items() if v is not None},
        tags=tuple(tags),
        consent=consent,
    ),
    st.fixed_dictionaries({name: st.none() | st.sampled_from(["x", "y"]) for name in STANDARD}),
    st.dictionaries(st.sampled_from("pq"), VALUES),
    st.lists(st.sampled_from("abc"), unique=True),
    st.dictionaries(st.sampled_from(["email", "sms"]), st.sampled_from(["subscribed", "unsubscribed"])),
)


class TestUndoing:
    @given(PROFILES, PROFILES)
    def test_what_nobody_touched_since_is_as_before(self, before: Profile, after: Profile) -> None:
        restored, kept = undone(before, after, after)
        lost = set(before.tags) - set(after.tags)  # an import only adds tags
        assert (restored, kept) == (
            Profile(**{**_parts(before), "tags": tuple(t for t in after.tags if t in before.tags)}),
            [],
        )
        assert not lost & set(restored.tags)

    @given(PROFILES, PROFILES)
    def test_what_the_import_did_not_touch_stays(self, before: Profile, now: Profile) -> None:
        assert undone(before, before, now) == (now, [])

    def test_what_was_changed_since_stays_and_is_named(self) -> None:
        before = Profile(
            first_name="A", last_name="L", attributes={"p": 1}, consent={"email": "unsubscribed"}
        )
        after = Profile(
            first_name="B",
            last_name="M",
            attributes={"p": 2, "q": 1},
            tags=("new",),
            consent={"email": "unsubscribed"},
        )
        now = Profile(first_name="C", last_name="M", attributes={"p": 3, "q": 1}, tags=("new", "own"))
        restored, kept = undone(before, after, now)
        assert restored == Profile(first_name="C", last_name="L", attributes={"p": 3}, tags=("own",))
        assert kept == ["first_name", "attributes.p"]


def _parts(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in (*STANDARD, "attributes", "tags", "consent")}
