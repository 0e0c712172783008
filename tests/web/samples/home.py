"""Home on a busy morning, home on the first day, and what hangs in the frame."""

from dataclasses import replace
from datetime import date, timedelta

from tests.web.samples.automations import BIRTHDAY, CART, WELCOME, WIN_BACK
from tests.web.samples.frames import NOW, SHELL, ago, ahead
from web.contexts.base import Clock, Toast
from web.contexts.drawing import Chart, Series
from web.contexts.home import (
    FeedItem,
    FirstStep,
    Funnel,
    FunnelStage,
    Home,
    Need,
    Palette,
    PaletteGroup,
    PaletteItem,
    RunningAutomation,
    Stat,
)

TODAY = date(2025, 11, 21)
DAYS = tuple(TODAY - timedelta(days=29 - index) for index in range(30))
_WAVE = (
    0.74,
    1.12,
    0.9,
    0.62,
    1.0,
    1.05,
    0.92,
    1.16,
    0.55,
    0.6,
    1.08,
    0.82,
    0.95,
    1.1,
    0.7,
    1.22,
    1.0,
    1.14,
    0.78,
    0.88,
)


def _wave(size: int, *, shift: int) -> tuple[int, ...]:
    return tuple(round(size * _WAVE[(index * 3 + shift) % len(_WAVE)]) for index in range(30))


SENT = Chart(
    days=DAYS,
    series=(
        Series(label="Welcome new customers", values=_wave(148, shift=0)),
        Series(label="Cart reminder", values=_wave(86, shift=5)),
        Series(label="Win back after 60 days", values=_wave(54, shift=11)),
    ),
)
FEED = tuple(
    FeedItem(at=at, icon=icon, kind=kind, who=who, text=text, url=url)
    for at, icon, kind, who, text, url in (
        (ago(seconds=1), "shopping-bag", "logic", "Clara Moreau", "placed an order, €37.00", "/contacts"),
        (ago(seconds=14), "mail-opened", "message", "Lena Sørensen", "opened “Spring roast”", "/contacts"),
        (ago(minutes=1), "user-plus", "ok", "Idris Haddad", "signed up", "/contacts"),
        (ago(minutes=4), "route", "trigger", "Clara Moreau", "entered “Cart reminder”", "/contacts"),
        (ago(minutes=6), "click", "message", "Noah Weber", "clicked “Brewing guide”", "/contacts"),
        (
            ago(minutes=9),
            "target-arrow",
            "ok",
            "Priya Novak",
            "reached the goal of “Welcome new customers”",
            "/contacts",
        ),
        (
            ago(minutes=12),
            "mail-x",
            "bad",
            "Tomás Virtanen",
            "could not be reached: the address does not exist",
            "/contacts",
        ),
        (ago(minutes=15), "shopping-cart", "wait", "Zoë García", "left a cart, €24.50", "/contacts"),
        (ago(minutes=21), "tag", "data", "Hanna Berg", "was tagged wholesale", "/contacts"),
    )
)
_STATS = (
    Stat(label="New contacts", value="346", change="+8%", good=True, detail="in a month", series=5,
         points=(9, 10, 9, 11, 11, 6, 12, 10, 11, 13, 8, 9, 7, 15, 15, 14, 15, 16, 15, 15, 19, 16, 13)),
    Stat(label="E-mails sent", value="8,412", change="+12%", good=True, detail="in a month", series=1,
         points=(5, 9, 7, 9, 9, 14, 9, 7, 8, 13, 11, 10, 16, 13, 15, 11, 16, 15, 13, 17, 14, 14, 17)),
    Stat(label="E-mails opened", value="47.2%", change="−1.4 pts", good=False, detail="in a month", series=4,
         points=(17, 14, 17, 12, 14, 15, 13, 12, 16, 13, 15, 12, 14, 9, 10, 11, 9, 11, 13, 12, 10, 7, 9)),
    Stat(label="Inside automations", value="412", change="+31", good=True, detail="since last week", series=3,
         points=(9, 8, 9, 8, 7, 6, 9, 8, 7, 10, 8, 8, 9, 12, 15, 13, 16, 17, 17, 15, 14, 16, 15)),
)  # fmt: skip
BUSY = Home(
    stats=_STATS,
    sent=SENT,
    needs=(
        Need(
            text="“Win back after 60 days” is on hold, 38 people are overdue",
            action="Release",
            url="/automations",
        ),
        Need(text="2 messages: it is not known whether they arrived", action="Check", url="/processes"),
        Need(text="41 rows of customers.csv were left out", action="Mend", url="/contacts/import/2"),
    ),
    automations=(
        RunningAutomation(id=WELCOME, name="Welcome new customers", state="live", inside=212, goal_rate=0.31),
        RunningAutomation(id=CART, name="Cart reminder", state="live", inside=47, goal_rate=0.18),
        RunningAutomation(
            id=WIN_BACK, name="Win back after 60 days", state="held", inside=130, goal_rate=0.07
        ),
        RunningAutomation(id=BIRTHDAY, name="Birthday coffee", state="live", inside=23, goal_rate=0.22),
    ),
    funnel=Funnel(
        automation_id=WELCOME,
        name="Welcome new customers",
        stages=(
            FunnelStage(label="Entered", count=3418),
            FunnelStage(label="Opened", count=1973),
            FunnelStage(label="Clicked", count=478),
            FunnelStage(label="Bought again", count=1060),
        ),
    ),
    feed=FEED,
    today=TODAY,
)
EMPTY = Home(
    stats=tuple(
        Stat(label=label, value="0", detail="so far")
        for label in ("New contacts", "E-mails sent", "E-mails opened", "Inside automations")
    ),
    sent=Chart(days=DAYS, series=()),
    first_steps=(
        FirstStep(title="Say who you are", text="Name, sender and postal address for your e-mails.", action="Fill in", url="/settings/workspace", done=True),
        FirstStep(title="Bring in your people", text="From a spreadsheet, your shop or by hand.", action="Import", url="/contacts/import"),
        FirstStep(title="Draw your first automation", text="A welcome series takes five minutes with the recipe.", action="Choose a recipe", url="/automations/new"),
        FirstStep(title="Connect your shop", text="One key, one line of code, and sign-ups and orders arrive here.", action="Make a key", url="/settings/api-keys"),
    ),
    today=TODAY,
)  # fmt: skip
WITH_TOASTS = replace(
    SHELL,
    toasts=(
        Toast(text="“Cart reminder” is live as version 3."),
        Toast(text="The test e-mail could not be sent.", tone="bad"),
    ),
)
MOVING = Clock(at=NOW, target=ahead(days=20), started_from=ago(days=10), busy="Welcome new customers")
REFUSED = Clock(at=NOW, fault="The clock only goes forward. Choose a time after Friday 21 November, 09:00.")

PALETTE = Palette(
    query="we",
    groups=(
        PaletteGroup(
            title="Automations",
            items=(
                PaletteItem(title="Welcome new customers", url=f"/automations/{WELCOME}", icon="route", kind="trigger", detail="Live, 212 inside"),
            ),
        ),
        PaletteGroup(
            title="Contacts",
            items=(
                PaletteItem(title="Noah Weber", url="/contacts", icon="user", detail="noah.weber@example.com"),
                PaletteItem(title="Clara Wendt", url="/contacts", icon="user", detail="clara.wendt@example.com"),
            ),
        ),
        PaletteGroup(
            title="Pages",
            items=(
                PaletteItem(title="Workspace settings", url="/settings/workspace", icon="settings", kind="primary"),
                PaletteItem(title="New automation", url="/automations/new", icon="plus", kind="primary"),
            ),
        ),
    ),
)  # fmt: skip
PALETTE_EMPTY = Palette(query="zzyx", groups=())
