"""What runs and waits in a roastery."""

from dataclasses import replace

from tests.web.samples.automations import WELCOME
from tests.web.samples.frames import ago, ahead, new_id
from web.contexts.attention import (
    Attention,
    AttentionMessages,
    Group,
    HoldRow,
    Holds,
    ProcessTabs,
    UnsettledMessage,
)
from web.contexts.base import Choice, Listing, Paging
from web.contexts.processes import ProcessesIndex, ProcessRow, ProcessShow, RecordLine, WaitingPerson

COHORT = new_id()
ROWS = (
    ProcessRow(id=COHORT, kind="42 people waiting", icon="route", tile="trigger", title="Welcome new customers", state="waiting", more=11, waits_for="Wait: 3 days, then 09:00", wakes_at=ahead(days=3), started_at=ago(hours=1)),
    ProcessRow(id=new_id(), kind="12 people waiting", icon="route", tile="trigger", title="Cart reminder", state="waiting", waits_for="An order, 4 hours at most", wakes_at=ahead(hours=2), started_at=ago(hours=2)),
    ProcessRow(id=new_id(), kind="38 people waiting", icon="route", tile="trigger", title="Win back after 60 days", state="waiting", held=True, waits_for="Release", wakes_at=ago(hours=20), started_at=ago(days=5)),
    ProcessRow(id=new_id(), kind="Import", icon="upload", tile="message", title="customers.csv, 2,412 rows", state="running", waits_for="", started_at=ago(seconds=40)),
    ProcessRow(id=new_id(), kind="Schedule", icon="calendar-time", tile="wait", title="Birthday coffee: every morning", state="waiting", waits_for="The next morning", wakes_at=ahead(hours=23), started_at=ago(days=41)),
    ProcessRow(id=new_id(), kind="Import", icon="upload", tile="message", title="tasting-november.csv, 96 rows", state="failed", started_at=ago(days=9)),
)  # fmt: skip
STATES = (
    Choice(value="", label="All", count=6),
    Choice(value="waiting", label="Waiting", count=3),
    Choice(value="running", label="Running", count=1),
    Choice(value="held", label="On hold", count=1),
    Choice(value="failed", label="Failed", count=1),
    Choice(value="finished", label="Finished", count=0),
)
KINDS = (
    Choice(value="cohort", label="People waiting"),
    Choice(value="import", label="Import"),
    Choice(value="schedule", label="Schedule"),
)
INDEX = ProcessesIndex(
    listing=Listing(path="/processes"),
    rows=ROWS,
    states=STATES,
    kinds=KINDS,
    total=6,
    paging=Paging(label="1–6 of 6"),
)
WAITS = replace(
    INDEX, rows=tuple(replace(row, more=0) for row in ROWS[:2]), automation="Welcome new customers"
)
NONE_FOUND = replace(
    INDEX, listing=Listing(path="/processes", params={"q": "easter"}), rows=(), paging=Paging()
)
EMPTY = ProcessesIndex(listing=Listing(path="/processes"), rows=(), states=(), kinds=(), total=0)

_RECORD = (
    RecordLine(at=ago(minutes=20), text="Nora Lind left early: she reached the goal", details=(("Goal", "order.placed"), ("Order", "#2049, €37.00")), tone="ok"),
    RecordLine(at=ago(hours=1), text="42 people started to wait, until Monday 24 November, 09:00", details=(("Step", "Wait: 3 days, then 09:00"), ("Version", "7"))),
    RecordLine(at=ago(hours=1, minutes=1), text="“Welcome: your first bag” went out to 42 people", tone="ok"),
)  # fmt: skip
WAITING = ProcessShow(
    process=replace(ROWS[0], more=0),
    waiting=42,
    people=(
        WaitingPerson(
            contact_id=new_id(), name="Nora Lind", email="nora@example.com", wakes_at=ahead(days=3)
        ),
        WaitingPerson(
            contact_id=new_id(), name="Bo Vermeulen", email="bo@example.com", wakes_at=ahead(days=3)
        ),
    ),
    record=_RECORD,
    workflow_id=f"cohort/{COHORT}",
    subject_url=f"/automations/{WELCOME}",
    subject="Open the automation",
)
HELD = ProcessShow(
    process=ROWS[2],
    record=_RECORD,
    workflow_id="cohort/2",
    overdue=38,
    held_by="Maya Okafor",
    held_at=ago(days=1),
)
FAILING = ProcessShow(
    process=replace(ROWS[3], state="running"),
    record=(RecordLine(at=ago(seconds=4), text="The mail server did not answer (attempt 4)", tone="bad"),),
    workflow_id="import/3",
    fault="The mail server at smtp.fernhill.example does not answer.",
)
TABS = ProcessTabs(attention=14, held=3)
DOUBTFUL = Group(
    state="unknown",
    count=12,
    title="12 e-mails may or may not have arrived",
    reason="The worker stopped while this was being sent.",
    noun="e-mail",
    step="Welcome: your first bag",
    automation="Welcome new customers",
    automation_id=WELCOME,
    icon="mail",
    tile="message",
    last_at=ago(hours=2),
    url="/processes/attention/messages?state=unknown&channel=email",
    fields={"state": "unknown", "channel": "email", "automation_id": str(WELCOME), "node": "hello"},
)
FAILED = replace(
    DOUBTFUL,
    state="failed",
    count=1,
    title="1 call to a web address could not be sent",
    reason="It answered 404 Not Found.",
    noun="call to a web address",
    step="Call a web address: POST https://till.fernhill.example/hooks/orders",
    automation="Tell the till",
    icon="world-share",
    tile="data",
    last_at=ago(days=3),
)
ATTENTION = Attention(tabs=TABS, groups=(DOUBTFUL, FAILED), failed_processes=1)
NOTHING = Attention(tabs=ProcessTabs(held=1), groups=())
UNSETTLED = AttentionMessages(
    group=DOUBTFUL,
    listing=Listing(path="/processes/attention/messages"),
    rows=(
        UnsettledMessage(id=new_id(), contact_id=new_id(), name="Lena Sørensen", address="lena@example.com", subject="Your first bag", reason="The line broke.", state="unknown", at=ago(hours=2)),
        UnsettledMessage(id=new_id(), contact_id=None, name="Somebody who was erased", address="", subject="", reason="The line broke.", state="unknown", at=ago(hours=3)),
    ),
    paging=Paging(older="/processes/attention/messages?after=1"),
)  # fmt: skip
HOLDS = Holds(
    tabs=TABS,
    rows=(
        HoldRow(id=new_id(), title="All e-mail", detail="Whoever comes to such a step waits there; everything else goes on.", icon="send", tile="wait", held_at=ago(hours=20), held_by="Maya Okafor", overdue=38),
        HoldRow(id=new_id(), title="Win back after 60 days", detail="Nobody in it moves on.", icon="route", tile="trigger", held_at=ago(days=2), held_by="Tom Berger", url=f"/automations/{WELCOME}"),
        HoldRow(id=new_id(), title="customers.csv: import", detail="It stands still before its next step.", icon="upload", tile="message", held_at=ago(minutes=5), held_by="", url="/processes"),
    ),
    everything=(Choice(value="channel:http", label="All calls to web addresses"), Choice(value="workspace", label="Everything")),
    automations=(Choice(value="automation:1", label="Welcome new customers"),),
)  # fmt: skip
NO_HOLDS = Holds(tabs=ProcessTabs(), rows=(), everything=HOLDS.everything)
