"""The SMTP channel against a server that does the worst, and against the network's own tricks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.mail.dialogue import stuffed
from core.mail.message import Address, Message
from domain.steps import Later, Refused, Sent, Unknown
from integrations.smtp import Bounced, Server, SmtpChannel, parse_url
from tests.fakes.certificates import Certificates, make_certificates
from tests.fakes.smtp import FakeSmtp

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def mail(to: str = "ada@shop.example", *, key: str = "key", **values: Any) -> Message:
    fields: dict[str, Any] = {"text": "Hi\n.\n..dots\n", "html": "<p>Grüße</p>\n", "subject": "Hello"}
    sender = Address("hello@fernhill.example", "Fernhill")
    return Message(sender=sender, to=Address(to), send_key=key, date=NOW, **fields | values)


@pytest.fixture
async def server() -> AsyncIterator[FakeSmtp]:
    async with FakeSmtp() as server:
        yield server


@pytest.fixture
async def channel(server: FakeSmtp) -> AsyncIterator[SmtpChannel]:
    channel = SmtpChannel(parse_url(server.url), timeout=2, patience=1)
    yield channel
    await channel.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


async def test_a_mail_arrives_byte_for_byte(server: FakeSmtp, channel: SmtpChannel) -> None:
    outcome = await channel.send(mail())
    assert outcome == Sent({"answer": "250 2.0.0 OK queued as 1", "message_id": mail().message_id})
    (taken,) = server.taken
    assert taken.content == mail().to_bytes()
    assert (taken.sender, taken.recipient) == ("hello@fernhill.example", "ada@shop.example")
    assert "BODY=8BITMIME" in taken.options


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("busy", Later, "451 4.3.2 Try again later"),
        ("gone", Bounced, "550 5.1.1 No such user here"),
        ("full", Refused, "Mailbox full"),
        ("old", Bounced, "550 No"),
        ("moved", Bounced, "5.1.6"),
        ("policy", Refused, "refused the mail: 550 5.7.1"),
        ("spam", Refused, "This is spam"),
        ("later", Later, "Greylisted"),
        ("hangup", Later, "closed the connection"),
        ("cut", Unknown, "closed the connection"),
        ("silent", Unknown, "fell silent"),
    ],
)
async def test_what_a_server_does_is_told_in_plain_words(
    extensions: tuple[str, ...], name: str, kind: type, part: str
) -> None:
    async with FakeSmtp(extensions=extensions) as server:
        channel = SmtpChannel(parse_url(server.url), timeout=2, patience=0.5)
        outcome = await channel.send(mail(f"{name}@shop.example"))
        assert type(outcome) is kind
        assert part in outcome.reason
        assert type(await channel.send(mail())) is Sent, "the next mail goes out whatever became of this one"
        assert len(server.to("ada@shop.example")) == 1
        await channel.close()


async def test_a_slow_server_is_waited_for(server: FakeSmtp, channel: SmtpChannel) -> None:
    assert type(await channel.send(mail("slow@shop.example"))) is Sent


async def test_nobody_there(channel: SmtpChannel, server: FakeSmtp) -> None:
    await server.stop()
    outcome = await channel.send(mail())
    assert type(outcome) is Later
    assert "cannot be reached" in outcome.reason


async def test_a_connection_is_kept(server: FakeSmtp, channel: SmtpChannel) -> None:
    for number in range(20):
        await channel.send(mail(key=str(number)))
    assert (server.connections, len(server.taken)) == (1, 20)


async def test_refusals_do_not_cost_a_connection(server: FakeSmtp, channel: SmtpChannel) -> None:
    for name in ("gone", "ada", "busy", "ada", "spam", "ada"):
        await channel.send(mail(f"{name}@shop.example"))
    assert server.connections == 1
    assert len(server.to("ada@shop.example")) == 3


async def test_many_at_once_share_the_connections(server: FakeSmtp) -> None:
    channel = SmtpChannel(parse_url(server.url), connections=4)
    outcomes = await asyncio.gather(*(channel.send(mail(key=str(number))) for number in range(200)))
    assert {type(outcome) for outcome in outcomes} == {Sent}
    assert server.connections <= 4
    assert len({taken.content for taken in server.taken}) == 200
    await channel.close()


async def test_a_kept_connection_that_died_is_replaced_without_a_word() -> None:
    async with FakeSmtp(goodbye_after=1) as server:
        channel = SmtpChannel(parse_url(server.url))
        for number in range(3):
            assert type(await channel.send(mail(key=str(number)))) is Sent
            await asyncio.sleep(0.05)
        assert (server.connections, len(server.taken)) == (3, 3)
        await channel.close()


async def test_nothing_is_sent_twice_when_the_server_restarts(server: FakeSmtp, channel: SmtpChannel) -> None:
    await channel.send(mail(key="before"))
    await server.stop()
    await server.start(server.port)
    assert type(await channel.send(mail(key="after"))) is Sent
    assert len(server.taken) == 2


async def test_a_cancelled_send_leaves_no_half_conversation(server: FakeSmtp, channel: SmtpChannel) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(channel.send(mail("slow@shop.example")), 0.1)
    assert type(await channel.send(mail())) is Sent
    assert server.connections == 2


async def test_without_8bitmime_the_mail_is_encoded() -> None:
    async with FakeSmtp(without=("8BITMIME",)) as server:
        channel = SmtpChannel(parse_url(server.url))
        await channel.send(mail())
        assert server.taken[0].content == mail().to_bytes(eight_bit=False)
        assert server.taken[0].content.isascii()
        await channel.close()


async def test_accents_before_the_at_need_a_server_that_takes_them(
    server: FakeSmtp, channel: SmtpChannel
) -> None:
    assert type(await channel.send(mail("jürgen@shop.example"))) is Sent
    assert "SMTPUTF8" in server.taken[0].options
    async with FakeSmtp(without=("SMTPUTF8",)) as plain:
        other = SmtpChannel(parse_url(plain.url))
        outcome = await other.send(mail("jürgen@shop.example"))
        assert type(outcome) is Refused
        assert "accents" in outcome.reason
        assert type(await other.send(mail("ada@müller.example"))) is Sent
        assert plain.taken[0].recipient == "ada@xn--mller-kva.example"
        await other.close()


@pytest.mark.parametrize(
    "wrong", ["", "ada", "ada@x\r\nRCPT TO:<evil@x.example>", "a>b@x.example", "<>@x.example"]
)
async def test_an_impossible_address_never_reaches_the_server(
    server: FakeSmtp, channel: SmtpChannel, wrong: str
) -> None:
    assert type(await channel.send(mail(wrong))) is Bounced
    assert server.connections == 0


async def test_signing_in() -> None:
    async with FakeSmtp(password="s3cret & more") as server:
        right = SmtpChannel(parse_url(f"smtp://ada:s3cret%20%26%20more@127.0.0.1:{server.port}"))
        assert (await right.check()).ok
        assert type(await right.send(mail())) is Sent
        await right.close()
        wrong = SmtpChannel(parse_url(f"smtp://ada:other@127.0.0.1:{server.port}"))
        check = await wrong.check()
        assert not check.ok
        assert "does not accept this user name and password" in check.message
        outcome = await wrong.send(mail())
        assert type(outcome) is Later
        assert outcome.after == timedelta(minutes=5)


async def test_the_check_sends_nothing(server: FakeSmtp, channel: SmtpChannel) -> None:
    check = await channel.check()
    assert (check.ok, check.message) == (True, f"Connected to 127.0.0.1:{server.port}.")
    await server.stop()
    assert "cannot be reached" in (await channel.check()).message
    assert server.taken == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_encryption(certificates: Certificates, scheme: str) -> None:
    async with FakeSmtp(tls=certificates.server, tls_from_start=scheme == "smtps", password="pw") as server:
        url = f"{scheme}://ada:pw@localhost:{server.port}"
        trusting = SmtpChannel(parse_url(url), trust=certificates.client)
        for number in range(3):
            assert type(await trusting.send(mail(key=str(number)))) is Sent
        assert server.connections == 1
        await trusting.close()
        careful = SmtpChannel(parse_url(url))
        outcome = await careful.send(mail())
        assert type(outcome) is Later
        assert "cannot be trusted" in outcome.reason
        assert len(server.taken) == 3


async def test_required_encryption_is_not_given_up(server: FakeSmtp) -> None:
    channel = SmtpChannel(parse_url(f"smtp+starttls://127.0.0.1:{server.port}"))
    outcome = await channel.send(mail())
    assert type(outcome) is Later
    assert server.taken == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001"])
async def test_a_host_from_a_form_must_be_public(server: FakeSmtp, host: str) -> None:
    channel = SmtpChannel(Server(host, server.port, allow_private=False))
    outcome = await channel.send(mail())
    assert type(outcome) is Later
    assert "not on the public internet" in outcome.reason
    assert server.connections == 0


def test_addresses_of_servers() -> None:
    assert parse_url("smtp://mail.example") == Server("mail.example", 25)
    assert parse_url("smtps://mail.example") == Server("mail.example", 465, encryption="from_start")
    assert parse_url("smtp+starttls://u%40x:p%3Aw@mail.example") == Server(
        "mail.example", 587, "u@x", "p:w", encryption="required"
    )
    assert parse_url("smtp://[::1]:2525").port == 2525
    assert "s3cret" not in repr(parse_url("smtp://u:s3cret@mail.example"))
    for wrong in (
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:no",
        "smtp://mail.example:99999",
    ):
        with pytest.raises(ValueError, match="SMTP address"):
            parse_url(wrong)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"a\r\n.b\r\n..c\r\n", b"a\r\n..b\r\n...c\r\n.\r\n"),
    ],
)
def test_dots_are_doubled(content: bytes, expected: bytes) -> None:
    assert stuffed(content) == expected
