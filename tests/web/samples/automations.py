"""Four automations of a roastery, and the recipes that they started from."""

from tests.web.samples.frames import ago, new_id
from web.contexts.automations import (
    AutomationEditor,
    AutomationRow,
    AutomationsIndex,
    NewAutomation,
    Recipe,
    RecipeStep,
    TriggerChoice,
)
from web.contexts.base import Choice, Listing, Paging

WELCOME, CART, WIN_BACK, BIRTHDAY, WHOLESALE = (new_id() for _ in range(5))
_UP = (
    4,
    6,
    5,
    8,
    7,
    9,
    8,
    6,
    7,
    10,
    9,
    11,
    10,
    12,
    9,
    11,
    13,
    12,
    14,
    12,
    13,
    15,
    14,
    12,
    15,
    16,
    14,
    17,
    16,
    18,
)
_FLAT = (5, 6, 5, 7, 6, 8, 7, 6, 5, 6, 7, 9, 8, 7, 8, 6, 5, 7, 8, 9, 8, 10, 9, 7, 8, 9, 8, 7, 9, 8)

ROWS = (
    AutomationRow(id=WELCOME, name="Welcome new customers", state="live", starts="When the first order is paid", icon="shopping-bag", version=7, unpublished=6, entered=3418, inside=212, goal_rate=0.31, entries=_UP, changed_at=ago(hours=2)),
    AutomationRow(id=CART, name="Cart reminder", state="live", starts="When a cart is left", icon="shopping-cart", version=3, entered=486, inside=47, goal_rate=0.18, entries=_FLAT, changed_at=ago(days=6)),
    AutomationRow(id=WIN_BACK, name="Win back after 60 days", state="held", starts="60 days after the last order", icon="calendar-time", version=2, entered=264, inside=130, goal_rate=0.07, entries=_FLAT[::-1], changed_at=ago(days=20), overdue=38),
    AutomationRow(id=BIRTHDAY, name="Birthday coffee", state="live", starts="Every year on the birthday", icon="cake", version=1, entered=61, inside=23, goal_rate=0.22, entries=_UP[::-1], changed_at=ago(days=41)),
    AutomationRow(id=WHOLESALE, name="Wholesale enquiry", state="draft", starts="When the tag “wholesale” is added", icon="tag", unpublished=4, changed_at=ago(minutes=12)),
)  # fmt: skip
STATES = (
    Choice(value="", label="All", count=5),
    Choice(value="live", label="Live", count=3),
    Choice(value="held", label="On hold", count=1),
    Choice(value="draft", label="Draft", count=1),
    Choice(value="archived", label="Archived", count=0),
)
INDEX = AutomationsIndex(
    listing=Listing(path="/automations"),
    rows=ROWS,
    total=5,
    states=STATES,
    inside=412,
    paging=Paging(label="1–5 of 5"),
)
NONE_FOUND = AutomationsIndex(
    listing=Listing(path="/automations", params={"q": "easter"}), rows=(), total=5, states=STATES, inside=412
)
EMPTY = AutomationsIndex(listing=Listing(path="/automations"), rows=(), total=0, states=STATES)

NEW = NewAutomation(
    recipes=(
        Recipe(key="welcome", title="Welcome series", text="Three friendly e-mails in the first two weeks, until they buy again.",
               steps=(RecipeStep(icon="user-plus", kind="trigger", text="Somebody signs up"), RecipeStep(icon="mail", kind="message", text="Welcome"),
                      RecipeStep(icon="clock", kind="wait", text="3 days, then 09:00"), RecipeStep(icon="mail", kind="message", text="How we roast"))),
        Recipe(key="cart", title="Cart reminder", text="Reminds whoever left a cart, and stops the moment they order.",
               steps=(RecipeStep(icon="shopping-cart", kind="trigger", text="A cart is left"), RecipeStep(icon="hourglass", kind="wait", text="Until they order, 4 h at most"),
                      RecipeStep(icon="mail", kind="message", text="You forgot something"), RecipeStep(icon="target-arrow", kind="end", text="Goal: an order"))),
        Recipe(key="win_back", title="Win back", text="Writes to those who have been quiet for 60 days, with an offer for the hesitant.",
               steps=(RecipeStep(icon="calendar-time", kind="trigger", text="60 days without an order"), RecipeStep(icon="mail", kind="message", text="We miss you"),
                      RecipeStep(icon="arrows-split", kind="logic", text="Did they open it?"), RecipeStep(icon="mail", kind="message", text="10% off"))),
        Recipe(key="birthday", title="Birthday", text="A present on the day, at nine in the morning where they live.",
               steps=(RecipeStep(icon="cake", kind="trigger", text="It is their birthday"), RecipeStep(icon="clock", kind="wait", text="Until 09:00, their time"),
                      RecipeStep(icon="mail", kind="message", text="Happy birthday"), RecipeStep(icon="tag", kind="data", text="birthday-2025"))),
    ),
    triggers=(
        TriggerChoice(kind="event", title="When something happens", help="An order, a sign-up, anything your shop tells us.", icon="bolt"),
        TriggerChoice(kind="contact_created", title="When a contact is new", help="By hand, import, form or API.", icon="user-plus"),
        TriggerChoice(kind="tag_added", title="When a tag is added", help="By you, an import or another automation.", icon="tag"),
        TriggerChoice(kind="schedule", title="At set times", help="Every Monday at nine, the first of the month…", icon="calendar-time"),
        TriggerChoice(kind="manual", title="When you say so", help="You or a program choose the people.", icon="hand-click"),
    ),
)  # fmt: skip
EDITOR = AutomationEditor(id=WELCOME, name="Welcome new customers", state="live", version=7)
