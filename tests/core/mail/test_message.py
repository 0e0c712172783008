import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mail.message import MAX_LINE, Address, BadAddress, Message

NOW = datetime(2026, 11, 21, 6, 41, 3, tzinfo=UTC)
LINES = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


def message(**values: Any) -> Message:
    fields: dict[str, Any] = {
        "sender": Address("hello@fernhill.example", "Fernhill Coffee"),
        "to": Address("ada@shop.example"),
        "subject": "Hello",
        "text": "Hi\n",
        "html": "<p>Hi</p>\n",
        "send_key": "enrolment:hello:1:0",
        "date": NOW,
    }
    return Message(**fields | values)


def parsed(one: Message, *, eight_bit: bool = True) -> EmailMessage:
    return cast(
        "EmailMessage",
        email.message_from_bytes(one.to_bytes(eight_bit=eight_bit), policy=email.policy.default),
    )


def parts(one: EmailMessage) -> list[str]:
    return [cast("EmailMessage", part).get_content() for part in one.iter_parts()]


def test_a_mail_has_a_text_and_an_html_part() -> None:
    mail = parsed(message(text="Grüße\n.dot\n\n--x\n", html="<p>Grüße</p>\n"))
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert [part.replace("\r\n", "\n").rstrip() for part in parts(mail)] == [
        "Grüße\n.dot\n\n--x",
        "<p>Grüße</p>",
    ]
    assert mail.defects == []


@settings(deadline=None)
@given(
    LINES,
    LINES,
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.just("\n"), max_size=1500
    ),
    st.booleans(),
)
def test_whatever_is_written_arrives(subject: str, name: str, body: str, eight_bit: bool) -> None:
    one = message(subject=subject, sender=Address("a@b.example", name), text=body, html=body)
    mail = parsed(one, eight_bit=eight_bit)
    raw = one.to_bytes(eight_bit=eight_bit)
    assert [part.replace("\r\n", "\n").rstrip("\n") for part in parts(mail)] == [body.rstrip("\n")] * 2
    assert (mail["Subject"] or "").split() == subject.split()
    assert sender_name(raw) == name.split()
    assert max(map(len, raw.split(b"\r\n"))) <= MAX_LINE
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert eight_bit or raw.isascii()


def sender_name(raw: bytes) -> list[str]:
    """By the older reader of the standard library: the newer one puts a space between encoded words."""
    header = email.message_from_bytes(raw, policy=email.policy.compat32)["From"]
    shown, _ = parseaddr(str(header).replace("\r\n", ""))
    return str(make_header(decode_header(shown))).split()


INJECTIONS = ["x\r\nBcc: evil@x.example", "x\nBcc: evil@x.example", "x\rBcc: evil@x.example", "x\r\n\r\n<script>", "x\u2028Bcc: e@x.example", "x\x00y", "x\x85Bcc: y", "=?utf-8?b?DQpCY2M6IGVAeA==?="]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_filled_in_adds_a_header(text: str) -> None:
    one = message(
        subject=text,
        sender=Address("a@b.example", text),
        to=Address("c@d.example", text),
        reply_to=Address("e@f.example", text),
        feedback_id=text,
        unsubscribe_url=f"https://in.example/{text}",
        headers={"X-Campaign": text, "Bad\r\nName": "x", "Bad Name": "x"},
    )
    assert list(parsed(one).keys()) == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
        "Feedback-ID", "X-Campaign", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert [part.strip() for part in parts(parsed(one))] == ["Hi", "<p>Hi</p>"]


@pytest.mark.parametrize("text", INJECTIONS[:7])
def test_an_address_with_control_characters_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        message(to=Address(f"ada{text}@shop.example")).to_bytes()
    with pytest.raises(BadAddress):
        message(sender=Address(f"ada@shop{text}.example")).to_bytes()


@pytest.mark.parametrize("wrong", ["", "ada", "@shop.example", "ada@", "a b@shop.example", "a@b@c.example", "a@-x", "ada@sh op.example", "a,b@c.example", "<a@b.example>", "a@b..ü"])  # fmt: skip
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(BadAddress):
        _ = Address(wrong).wire


def test_international_addresses() -> None:
    assert Address("ada@müller.example").wire == "ada@xn--mller-kva.example"
    assert not Address("ada@müller.example").needs_smtputf8
    assert Address("jürgen@müller.example").wire == "jürgen@xn--mller-kva.example"
    assert message(to=Address("jürgen@müller.example")).needs_smtputf8
    assert not message().needs_smtputf8


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("", "a@b.example"),
        ("Ada Lovelace", "Ada Lovelace <a@b.example>"),
        ("Lovelace, Ada", '"Lovelace, Ada" <a@b.example>'),
        ('Ada "the" L.', '"Ada \\"the\\" L." <a@b.example>'),
        ("Zoë", "=?utf-8?b?Wm/Dqw==?=\r\n <a@b.example>"),
    ],
)
def test_names_in_headers(name: str, header: str) -> None:
    assert Address("a@b.example", name).header() == header


def test_the_message_id_is_that_of_the_send_key() -> None:
    assert message().message_id == message(subject="Other", date=NOW.replace(year=2027)).message_id
    assert message().message_id != message(send_key="enrolment:hello:2:0").message_id
    assert message().message_id.endswith("@fernhill.example>")


def test_one_click_unsubscribing() -> None:
    url = f"https://in.example/unsubscribe/{'a' * 90}"
    fields = message(unsubscribe_url=url, unsubscribe_mailto="leave@in.example?subject=1").header_fields()
    assert fields["List-Unsubscribe"] == f"<{url}>, <mailto:leave@in.example?subject=1>"
    assert fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in message().header_fields()


def test_what_is_sent_by_a_rule_says_so() -> None:
    assert message(auto_submitted=True).header_fields()["Auto-Submitted"] == "auto-generated"
    assert "Auto-Submitted" not in message().header_fields()


def test_the_date_and_an_empty_subject() -> None:
    mail = parsed(message(subject=""))
    assert mail["Date"] == "Sat, 21 Nov 2026 06:41:03 +0000"
    assert not str(mail["Subject"]).strip()


@pytest.mark.parametrize(
    ("body", "eight_bit", "encoding"),
    [("x", True, "7bit"), ("x", False, "7bit"), ("ü", True, "8bit"), ("ü", False, "quoted-printable"), ("x" * 999, True, "quoted-printable")],
)  # fmt: skip
def test_the_encoding_is_the_cheapest_that_arrives(body: str, eight_bit: bool, encoding: str) -> None:
    assert f"Content-Transfer-Encoding: {encoding}\r\n".encode() in message(html=body).to_bytes(
        eight_bit=eight_bit
    )
