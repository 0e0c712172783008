from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import zones
from domain.contacts import (
    STANDARD,
    Conventions,
    Details,
    Profile,
    announce,
    parse_details,
    parse_email,
    parse_phone,
    parse_tag,
    parse_tags,
    parse_time_zone,
)
from domain.custom_fields import CustomField
from domain.errors import Invalid
from domain.regions import region_of

FIELDS = {
    "plan": CustomField("plan", "choice", options=("Free", "Pro")),
    "visits": CustomField("visits", "number"),
    "renews_on": CustomField("renews_on", "date"),
}
HERE = Conventions(FIELDS, "DE", ZoneInfo("Europe/Berlin"))


def problems(said: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        parse_details(said, HERE)
    return {problem.path: problem.message for problem in caught.value.problems}


class TestAddresses:
    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            (" Ada@Example.COM ", "ada@example.com"),
            ("mailto:ada@example.com", "ada@example.com"),
            ("ada+shop@mail.example.com", "ada+shop@mail.example.com"),
            ("tomás@example.com", "tomás@example.com"),
            ("x@xn--mnchen-3ya.de", "x@münchen.de"),
            ("ada@shop.test", "ada@shop.test"),
        ],
    )
    def test_one_mailbox_is_one_address(self, raw: str, kept: str) -> None:
        assert parse_email(raw) == kept
        assert parse_email(kept) == kept

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "ada@example..com",
            ".ada@example.com",
            "a@@b.de",
            "a@b.de,c@d.de",
            "a@example.com\nBcc: x@y.de",
            "x" * 300 + "@example.com",
            "a@[127.0.0.1]",
            "\ud800@b.de",
        ],
    )
    def test_what_no_mail_reaches(self, wrong: str) -> None:
        with pytest.raises(Invalid, match="is not an e-mail address"):
            parse_email(wrong)

    def test_an_error_says_what_to_change(self) -> None:
        with pytest.raises(Invalid) as caught:
            parse_email("ada@example..com")
        assert caught.value.message == (
            "“ada@example..com” is not an e-mail address. An e-mail address cannot have two periods in a row."
            " Write it like ada@example.com."
        )


class TestPhones:
    @pytest.mark.parametrize(
        ("raw", "region", "kept"),
        [
            ("030 1234567", "DE", "+49301234567"),
            ("(030) 123-4567", "DE", "+49301234567"),
            ("0049 30 1234567", "DE", "+49301234567"),
            ("+44 20 7946 0958", "DE", "+442079460958"),
            ("+44 20 7946 0958", None, "+442079460958"),
            ("(201) 555-0123", "US", "+12015550123"),
        ],
    )
    def test_numbers_get_their_country(self, raw: str, region: str | None, kept: str) -> None:
        assert parse_phone(raw, region=region) == kept

    @pytest.mark.parametrize(
        ("wrong", "region", "word"),
        [
            ("030 1234567", None, "no country code"),
            ("call me", "DE", "not a phone number"),
            ("+1555", None, "too few or too many"),
            ("+4930123456789012345", None, "not a phone number|too few or too many"),
        ],
    )
    def test_what_cannot_be_called(self, wrong: str, region: str | None, word: str) -> None:
        with pytest.raises(Invalid, match=word):
            parse_phone(wrong, region=region)

    def test_a_zone_says_the_country(self) -> None:
        assert region_of("Europe/Berlin") == "DE"
        assert region_of("America/New_York") == "US"
        assert region_of("UTC") is None


class TestTimeZones:
    def test_spelling_is_forgiven(self) -> None:
        assert parse_time_zone("europe/berlin") == "Europe/Berlin"
        assert parse_time_zone("America/New York") == "America/New_York"

    @given(st.sampled_from(sorted(zones.zone_names())))
    def test_every_zone_is_known_by_its_name(self, name: str) -> None:
        assert parse_time_zone(name) == name

    @pytest.mark.parametrize("wrong", ["Berlin", "CEST", "../etc/passwd", "localtime", "UTC+1"])
    def test_what_is_no_zone(self, wrong: str) -> None:
        with pytest.raises(Invalid, match="is not a time zone"):
            parse_time_zone(wrong)


class TestTags:
    def test_a_tag_keeps_its_spelling(self) -> None:
        assert parse_tag("  VIP  club ") == "VIP club"

    def test_each_counts_once(self) -> None:
        assert parse_tags(["b", "a", " b"]) == ("b", "a")

    def test_all_that_is_wrong_is_said(self) -> None:
        with pytest.raises(Invalid) as caught:
            parse_tags(["ok", "a,b", "", "x" * 101])
        assert [problem.path for problem in caught.value.problems] == ["[1]", "[2]", "[3]"]

    def test_there_is_an_end(self) -> None:
        with pytest.raises(Invalid, match="200 tags"):
            parse_tags(str(n) for n in range(201))


class TestDetails:
    def test_everything_is_brought_into_the_form_that_is_kept(self) -> None:
        assert parse_details(
            {
                "email": "ADA@example.com",
                "phone": "030 1234567",
                "first_name": " Ada ",
                "last_name": None,
                "external_id": "",
                "time_zone": "europe/berlin",
                "attributes": {"plan": "pro", "visits": "3", "renews_on": None, "new_one": 5},
                "tags": ["vip"],
                "consent": {"email": "subscribed"},
            },
            HERE,
        ) == Details(
            {
                "email": "ada@example.com",
                "phone": "+49301234567",
                "first_name": "Ada",
                "last_name": None,
                "external_id": None,
                "time_zone": "Europe/Berlin",
            },
            {"plan": "Pro", "visits": 3, "renews_on": None, "new_one": 5},
            ("vip",),
            {"email": "subscribed"},
        )

    def test_what_is_left_out_is_not_said(self) -> None:
        assert parse_details({}, HERE) == Details()
        assert not parse_details({"tags": []}, HERE).exact_tags
        assert parse_details({"tags": []}, HERE, exact_tags=True).exact_tags

    def test_every_problem_is_found_where_it_is(self) -> None:
        found = problems(
            {
                "email": "ada",
                "phone": "1",
                "first_name": "x" * 201,
                "time_zone": "Berlin",
                "attributes": {"plan": "Gold", "visits": "many", "a b": 1, "email": "x", "new": ["x"]},
                "tags": ["ok", "a,b"],
                "consent": {"fax": "subscribed", "email": "maybe"},
            }
        )
        assert set(found) == {
            "email",
            "phone",
            "first_name",
            "time_zone",
            "attributes.plan",
            "attributes.visits",
            "attributes.a b",
            "attributes.email",
            "attributes.new",
            "tags[1]",
            "consent.fax",
            "consent.email",
        }
        assert all(message.endswith(".") for message in found.values())


NAMES = st.none() | st.sampled_from(["Ada", "Bob"])
TAGS = st.lists(st.sampled_from("abc"), unique=True).map(tuple)
CONSENT = st.dictionaries(st.sampled_from(["email", "sms"]), st.sampled_from(["subscribed", "unsubscribed"]))
VALUES = st.integers(0, 3) | st.booleans() | st.sampled_from(["x", "y"])
DETAILS = st.builds(
    Details,
    st.dictionaries(st.sampled_from(STANDARD), NAMES),
    st.dictionaries(st.sampled_from(["p", "q"]), st.none() | VALUES),
    TAGS,
    CONSENT,
    exact_tags=st.booleans(),
)
PROFILES = DETAILS.map(lambda details: Profile().told(details))


class TestMerging:
    def test_left_out_stays_and_null_clears(self) -> None:
        ada = Profile(first_name="Ada", last_name="King", attributes={"p": 1, "q": 2}, tags=("a",))
        told = ada.told(Details({"last_name": None}, {"p": None, "r": 3}, ("b", "a")))
        assert told == Profile(first_name="Ada", attributes={"q": 2, "r": 3}, tags=("a", "b"))

    def test_exact_tags_are_all_that_remain(self) -> None:
        assert Profile(tags=("a", "b")).told(Details(tags=("c",), exact_tags=True)).tags == ("c",)

    def test_a_refusal_outlives_a_file(self) -> None:
        no = Profile(consent={"email": "unsubscribed"})
        yes = Details(consent={"email": "subscribed", "sms": "subscribed"})
        assert no.told(yes, keep_refusals=True).consent == {"email": "unsubscribed", "sms": "subscribed"}
        assert no.told(yes).consent == {"email": "subscribed", "sms": "subscribed"}

    @given(PROFILES, DETAILS)
    def test_saying_it_twice_changes_nothing_more(self, profile: Profile, details: Details) -> None:
        once = profile.told(details)
        assert once.told(details) == once
        assert announce(once, once.told(details)) == []

    @given(PROFILES, DETAILS)
    def test_something_is_announced_exactly_when_something_changed(
        self, profile: Profile, details: Details
    ) -> None:
        told = profile.told(details)
        assert (announce(profile, told) == []) == (_known(profile) == _known(told))

    @given(PROFILES)
    def test_a_new_contact_is_announced_with_all_that_came_with_it(self, profile: Profile) -> None:
        first, *rest = announce(None, profile)
        assert first.name == "contact.created"
        assert [one.properties["tag"] for one in rest if one.name == "contact.tag_added"] == list(
            profile.tags
        )
        assert {
            one.properties["channel"]: one.properties["state"] for one in rest if "channel" in one.properties
        } == dict(profile.consent)


def _known(profile: Profile) -> tuple[Any, ...]:
    """All that is known, apart from the order of tags; 1 and True are two things."""
    attributes = {name: (type(value), value) for name, value in profile.attributes.items()}
    standard = [getattr(profile, name) for name in STANDARD]
    return standard, attributes, set(profile.tags), profile.consent


class TestAnnouncing:
    def test_a_change_says_what_from_and_what_to(self) -> None:
        before = Profile(first_name="Ada", attributes={"p": 1}, tags=("a",), consent={"email": "subscribed"})
        after = Profile(
            first_name="Bob", attributes={"q": True}, tags=("b",), consent={"email": "unsubscribed"}
        )
        assert [(one.name, one.properties) for one in announce(before, after)] == [
            (
                "contact.updated",
                {
                    "changed": {
                        "first_name": {"from": "Ada", "to": "Bob"},
                        "p": {"from": 1, "to": None},
                        "q": {"from": None, "to": True},
                    }
                },
            ),
            ("contact.tag_added", {"tag": "b"}),
            ("contact.tag_removed", {"tag": "a"}),
            ("contact.consent_changed", {"channel": "email", "state": "unsubscribed"}),
        ]

    def test_people_are_called_by_name_else_by_address(self) -> None:
        assert Profile(first_name="Ada", last_name="King", email="a@b.de").name == "Ada King"
        assert Profile(email="a@b.de", phone="+49").name == "a@b.de"
        assert Profile().name == "Somebody"
