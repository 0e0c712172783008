"""Connections: choosing how e-mail goes out, trying a mail server in words that say what to do, and a test to oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from uuid import UUID

from core.db import Db
from core.security import CannotOpen, Keyring
from core.settings import Settings
from domain import connections as rules
from domain.connections import EmailConnection, MailServer, Security, Way
from domain.errors import Invalid
from domain.ids import new_id
from domain.workspaces import details
from integrations.smtp import Encryption, Server, SmtpChannel, parse_url
from models import connections, messages
from models.messages import Body, NewMessage
from models.rate_limits import Limit
from models.workspaces import Workspace

CHECKS = Limit(
    "connections/check", 60, timedelta(hours=1), "Too many checks in a row. Wait a little and try again."
)
TESTS = Limit(
    "connections/test", 30, timedelta(hours=1), "Too many tests in a row. Wait a little and try again."
)
NO_KEY = "The password of the mail server cannot be opened any more. Enter it again in the settings, under Connections."
_PATIENCE = 10.0  # seconds: somebody is looking at the page
_SENDER = ("mail_from_name", "mail_from")
_ENCRYPTION: Mapping[Security, Encryption] = {"starttls": "required", "tls": "from_start", "none": "none"}
_PORTS = "587 goes with STARTTLS, 465 with TLS from the start"
_ADVICE: Mapping[str, str] = {
    "not_found": "Look for a typing mistake in the name of the server. Your provider calls it “SMTP server” or “outgoing mail”.",
    "not_public": "Only servers on the public internet can be entered here. Whoever runs this instance can set SMTP_URL instead.",
    "unreachable": f"Check the port: {_PORTS}. If both are right, a firewall may be in between.",
    "login": "Check both. Many providers want an app password, made for this purpose, instead of the one that you sign in with.",
    "certificate": "Enter the name that your provider gives its server, rather than one of your own domain.",
    "encryption": f"Choose the other kind of encryption: {_PORTS}.",
    "refused": f"Check port and encryption: {_PORTS}. If they are right, ask your provider what this answer means.",
}


@dataclass(frozen=True, slots=True)
class House:
    """What this instance brings along: the keys to what is sealed, a mail server of its own, and how far users may reach."""

    keys: Keyring
    server: Server | None
    allow_private: bool

    @classmethod
    def of(cls, config: Settings) -> "House":
        server = parse_url(config.smtp_url.get_secret_value()) if config.smtp_url else None
        return cls(Keyring.of(config.mainspring_home), server, config.allow_private_urls)

    def way(self, chosen: EmailConnection, *, sandbox: bool) -> Way:
        return rules.way(chosen, sandbox=sandbox, instance=self.server is not None)

    def reach(self, server: MailServer, password: str) -> Server:
        """As the channel takes it. What users type into a form may not reach private machines."""
        return Server(
            server.host,
            server.port,
            server.username,
            password,
            _ENCRYPTION[server.security],
            self.allow_private,
        )


async def choose(
    db: Db,
    house: House,
    workspace: Workspace,
    typed: Mapping[str, str],
    *,
    password: str | None,
    now: datetime,
) -> EmailConnection:
    """Keep what was chosen, with the sender; every fault is told at once. What waits goes the new way from now on."""
    before = connections.email(workspace)
    wanted, sender = _checked(typed, before, workspace)
    if password:
        rules.password(password)
    await connections.choose(db, house.keys, workspace, wanted, password=password, now=now)
    workspace.sqlmodel_update(sender)
    await db.flush()
    await messages.hurry(db, workspace.id, "email")
    return wanted


def _checked(
    typed: Mapping[str, str], before: EmailConnection, workspace: Workspace
) -> tuple[EmailConnection, dict[str, str]]:
    faults: list[Invalid] = []
    wanted, sender = before, dict[str, str]()
    try:
        wanted = rules.email_connection(typed, before)
    except Invalid as error:
        faults.append(error)
    try:
        sender = details({name: typed[name] for name in _SENDER if name in typed})
        if typed.get("channel") == "smtp":
            rules.sender(sender.get("mail_from", workspace.mail_from))
    except Invalid as error:
        faults.append(error)
    if faults:
        raise Invalid(problems=[problem for fault in faults for problem in fault.problems])
    return wanted, sender


async def to_check(
    db: Db, house: House, workspace: Workspace, typed: Mapping[str, str] | None, *, password: str | None
) -> Server | None:
    """The server that was typed, or else the one in force; None where nothing leaves the house."""
    before = connections.email(workspace)
    if typed is None or typed.get("channel") != "smtp":
        chosen = before if typed is None else rules.email_connection(typed, before)
        return await _in_force(db, house, workspace, chosen)
    server = rules.mail_server(typed)
    if password:
        return house.reach(server, rules.password(password))
    if not server.username:
        return house.reach(server, "")
    if not await connections.may_reuse(db, workspace, server):
        raise connections.password_needed(again=await connections.has_password(db, workspace.id))
    return house.reach(server, await _password(db, house, workspace))


async def _in_force(db: Db, house: House, workspace: Workspace, chosen: EmailConnection) -> Server | None:
    match house.way(chosen, sandbox=workspace.sandbox), chosen.server:
        case "own", server if server:
            return house.reach(server, await _password(db, house, workspace))
        case "instance", _:
            return house.server
        case _:
            return None


async def _password(db: Db, house: House, workspace: Workspace) -> str:
    try:
        return await connections.password(db, house.keys, workspace.id)
    except CannotOpen as error:
        raise Invalid.at("password", NO_KEY) from error


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it, and what to do next when it did not work."""

    ok: bool
    message: str
    advice: str = ""


async def check(server: Server | None, *, timeout: float = _PATIENCE) -> Checked:
    """Dial and sign in; nothing is sent."""
    if server is None:
        return Checked(ok=True, message="Nothing leaves Mainspring: every e-mail is kept in the inbox.")
    found = await SmtpChannel(server, timeout=timeout, connections=1).check()
    if found.ok:
        return Checked(ok=True, message=f"Connected to {server}{' and signed in' if server.user else ''}.")
    return Checked(ok=False, message=found.message, advice=_ADVICE[found.cause or "refused"])


async def send_test(db: Db, workspace: Workspace, *, to: str, now: datetime) -> UUID:
    """A short mail that goes the way of all mail and counts for nothing."""
    row = NewMessage(workspace.id, "email", None, f"test:{new_id()}", now, address=to)
    await messages.reserve(db, [row])
    lines = (
        f"This is a test from {workspace.name}, sent by Mainspring.",
        "If you read it in your own mailbox, your e-mails reach people.",
    )
    html = "".join(f"<p>{escape(line)}</p>" for line in lines)
    await messages.write(db, row.id, Body("Your e-mail works", html, "\n\n".join(lines)))
    await messages.announce(db)
    return row.id
