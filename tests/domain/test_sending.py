"""The send gate: who is written to, when, and why not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.calendars import Duration
from domain.facts import Facts
from domain.sending import (
    ALLOW,
    WORDS,
    Allow,
    Cap,
    Defer,
    Drop,
    Limit,
    Limits,
    QuietHours,
    Reason,
    Send,
    gate,
)
from tests.factories.passages import BERLIN, DAY, HOUR, NOW, somebody

MARKETING = Send("email", NOW, "marketing")
RECEIPT = Send("email", NOW, "transactional")
REQUEST = Send("http", NOW)
NIGHT = QuietHours(time(21), time(9))
limits_read = TypeAdapter(Limit)


def ask(send: Send = MARKETING, facts: Facts | None = None, now: datetime = NOW, **limits: object) -> object:
    return gate(send, facts or somebody(), now, Limits(**limits))  # pyright: ignore[reportArgumentType]


class TestWhoMayBeWrittenTo:
    def test_a_subscriber(self):
        assert ask() == ALLOW

    @pytest.mark.parametrize("email", [None, ""])
    def test_nobody_without_an_address(self, email):
        assert ask(RECEIPT, somebody(email=email)) == Drop("no_address")

    @pytest.mark.parametrize(
        "consent", [{}, {"email": "unsubscribed"}, {"email": "pending"}, {"sms": "subscribed"}]
    )
    def test_marketing_only_with_consent(self, consent):
        facts = somebody(consent=consent)
        assert ask(MARKETING, facts) == Drop("no_consent", consent.get("email", ""))
        assert ask(RECEIPT, facts) == ALLOW

    @pytest.mark.parametrize("send", [MARKETING, RECEIPT])
    def test_nobody_whose_address_is_blocked(self, send):
        assert ask(send, suppressed={"email": "hard_bounce"}) == Drop("suppressed", "hard_bounce")
        assert ask(send, suppressed={"sms": "complaint"}) == ALLOW

    def test_a_text_message_needs_a_number_and_its_own_consent(self):
        send = Send("sms", NOW, "marketing")
        assert ask(send, somebody(phone=None)) == Drop("no_address")
        assert ask(send, somebody(phone="+491700000000")) == Drop("no_consent")
        assert ask(send, somebody(phone="+491700000000", consent={"sms": "subscribed"})) == ALLOW

    def test_a_program_is_asked_for_no_consent(self):
        assert ask(REQUEST, somebody(email=None, consent={})) == ALLOW


class TestHolds:
    @pytest.mark.parametrize("scope", ["workspace", "automation", "channel:email"])
    def test_hold_everything_of_theirs(self, scope):
        assert ask(RECEIPT, held=frozenset({scope})) == Defer(None, "held", scope)

    def test_of_another_channel_do_not(self):
        assert ask(held=frozenset({"channel:http"})) == ALLOW
        assert ask(REQUEST, held=frozenset({"channel:http"})) == Defer(None, "held", "channel:http")

    def test_what_may_not_go_at_all_is_not_kept(self):
        assert ask(facts=somebody(consent={}), held=frozenset({"workspace"})) == Drop("no_consent", "")


class TestTooLate:
    @pytest.mark.parametrize(
        ("limit", "last"),
        [
            (Duration.parse("PT6H"), NOW + 6 * HOUR),
            (NOW + 2 * DAY, NOW + 2 * DAY),
            (date(2026, 3, 2), datetime(2026, 3, 2, 23, tzinfo=UTC)),  # to the end of the day in Berlin
        ],
    )
    def test_it_is_sent_up_to_the_limit(self, limit, last):
        send = Send("email", NOW, "marketing", limit)
        assert ask(send, now=last) == ALLOW
        assert ask(send, now=last + timedelta(seconds=1)) == Drop("too_late", last.isoformat())

    def test_it_is_dropped_rather_than_held_too_long(self):
        send = Send("email", NOW, "marketing", Duration.parse("PT6H"))
        assert ask(send, now=NOW + DAY, held=frozenset({"workspace"})) == Drop(
            "too_late", (NOW + 6 * HOUR).isoformat()
        )

    def test_it_is_dropped_at_once_where_waiting_would_make_it_too_late(self):
        late = NOW + 13 * HOUR  # 22:00 in Berlin
        send = Send("email", late, "marketing", Duration.parse("PT6H"))
        assert ask(send, now=late, quiet=NIGHT) == Drop("too_late", (late + 6 * HOUR).isoformat())

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("PT6H", Duration.parse("PT6H")),
            ("2026-12-24", date(2026, 12, 24)),
            ("2026-12-24T18:00:00+01:00", datetime(2026, 12, 24, 17, tzinfo=UTC)),
        ],
    )
    def test_how_it_is_written(self, written, read):
        assert limits_read.validate_python(written) == read
        assert limits_read.validate_python(limits_read.dump_python(read)) == read

    @pytest.mark.parametrize("written", ["soon", "2026-02-30", "-PT6H", "", 5])
    def test_how_it_is_not(self, written):
        with pytest.raises(ValidationError, match="Write a length of time such as PT6H, or a date"):
            limits_read.validate_python(written)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("at", "until"),
        [
            ("2026-03-02T20:59", None),
            ("2026-03-02T21:00", "2026-03-03T09:00"),
            ("2026-03-03T00:00", "2026-03-03T09:00"),
            ("2026-03-03T08:59", "2026-03-03T09:00"),
            ("2026-03-03T09:00", None),
            ("2026-03-28T22:00", "2026-03-29T09:00"),  # the clocks change in the night
        ],
    )
    def test_marketing_waits_for_the_morning(self, at, until):
        now = datetime.fromisoformat(at).replace(tzinfo=BERLIN).astimezone(UTC)
        morning = until and datetime.fromisoformat(until).replace(tzinfo=BERLIN).astimezone(UTC)
        assert ask(now=now, quiet=NIGHT) == (Defer(morning, "quiet_hours") if morning else ALLOW)
        assert ask(RECEIPT, now=now, quiet=NIGHT) == ALLOW

    def test_it_is_the_contacts_own_night(self):
        assert isinstance(ask(facts=somebody(time_zone="Asia/Tokyo"), now=NOW + 5 * HOUR, quiet=NIGHT), Defer)
        assert (
            ask(facts=somebody(time_zone="America/New_York"), now=NOW + 5 * HOUR + HOUR, quiet=NIGHT) == ALLOW
        )

    def test_they_may_drop_instead(self):
        night = QuietHours(time(21), time(9), over="drop")
        assert ask(now=NOW + 13 * HOUR, quiet=night) == Drop("quiet_hours")

    def test_hours_that_do_not_cross_midnight(self):
        noon = QuietHours(time(12), time(14))
        assert isinstance(ask(now=NOW + 3 * HOUR, quiet=noon), Defer)
        assert ask(now=NOW + 5 * HOUR, quiet=noon) == ALLOW

    @given(
        st.integers(0, 525_600).map(lambda minutes: NOW + timedelta(minutes=minutes)),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        st.times(),
        st.times(),
    )
    def test_what_is_deferred_may_go_when_it_comes_up_again(self, now, zone, start, end):
        quiet = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
        facts = somebody(time_zone=zone)
        ruling = ask(facts=facts, now=now, quiet=quiet)
        if isinstance(ruling, Defer):
            assert ruling.until
            assert now < ruling.until <= now + timedelta(hours=26)
            at = ruling.until.astimezone(ZoneInfo(zone)).time()
            skipped = at != quiet.end  # the end of the quiet hours fell into the hour that the clocks skip
            assert skipped or ask(facts=facts, now=ruling.until, quiet=quiet) == ALLOW


class TestCaps:
    def test_as_many_as_the_limit_in_any_stretch(self):
        """23:00 and 00:10 are two within a day, though on two days of the calendar."""
        caps = (Cap("email", 2, DAY),)
        sent = {"email": (NOW - 23 * HOUR, NOW - HOUR)}
        assert ask(caps=caps, recent={"email": sent["email"][:1]}) == ALLOW
        assert ask(caps=caps, recent=sent) == Drop("over_cap")
        assert ask(caps=caps, recent=sent, now=NOW + HOUR) == ALLOW
        assert ask(RECEIPT, caps=caps, recent=sent) == ALLOW

    def test_they_may_wait_for_a_free_place(self):
        caps = (Cap("email", 2, DAY, over="defer"),)
        recent = {"email": (NOW - 3 * HOUR, NOW - 20 * HOUR, NOW - HOUR, NOW - 90 * HOUR)}
        assert ask(caps=caps, recent=recent) == Defer(NOW + 21 * HOUR, "over_cap")
        assert ask(caps=caps, recent=recent, now=NOW + 21 * HOUR) == ALLOW

    def test_of_another_channel_they_do_not_count(self):
        assert ask(caps=(Cap("sms", 1, DAY),), recent={"email": (NOW,)}) == ALLOW

    def test_what_has_just_gone_out_counts(self):
        limits = Limits(caps=(Cap("email", 1, DAY),))
        assert gate(MARKETING, somebody(), NOW, limits) == Allow()
        assert gate(MARKETING, somebody(), NOW, limits.having_sent(MARKETING, NOW)) == Drop("over_cap")
        assert limits.having_sent(RECEIPT, NOW) is limits


def test_every_reason_has_its_words():
    assert set(WORDS) == set(Reason.__args__)
