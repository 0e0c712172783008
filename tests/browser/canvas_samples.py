"""What the fake automation API serves: a catalogue, a coffee shop's welcome series, its versions, people and numbers."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]

MAIL = """<mjml>
  <mj-body background-color="#f6f5f2">
    <mj-section background-color="#ffffff" padding="24px">
      <mj-column>
        <mj-text font-size="24px" font-weight="700" line-height="32px">Hello {{ contact.first_name | default("there") }}</mj-text>
        <mj-text font-size="16px" line-height="24px">Your first bag is on its way. Here is how we roast it, and how it tastes best.</mj-text>
        <mj-button href="https://fernhill.example/brew" background-color="#1f1d2b">How to brew it</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""

_DURATION = {"type": "string", "x-widget": "duration"}
_LINE = {
    "anyOf": [{"type": "string"}, {"type": "null"}],
    "default": None,
    "x-widget": "line",
    "x-advanced": True,
}

STEPS: list[Json] = [
    {
        "kind": "send_email",
        "title": "Send e-mail",
        "help": "Write a message to the person",
        "group": "Messages",
        "icon": "mail",
        "sample": {"subject": "Welcome {{ contact.first_name }}", "body": MAIL},
        "schema": {
            "type": "object",
            "required": ["subject", "body"],
            "properties": {
                "subject": {"type": "string", "title": "Subject", "x-widget": "template"},
                "preheader": {
                    "type": "string",
                    "title": "Preview text",
                    "description": "The line that mail programs show beside the subject.",
                    "default": "",
                    "x-widget": "template",
                },
                "body": {"type": "string", "title": "Message", "x-widget": "email_body"},
                "topic": {
                    "enum": ["marketing", "transactional"],
                    "title": "Kind of message",
                    "description": "Marketing goes only to those who agreed to it.",
                    "default": "marketing",
                },
                "from_name": {**_LINE, "title": "Sender's name"},
                "reply_to": {**_LINE, "title": "Answers go to"},
                "not_after": {
                    "anyOf": [_DURATION, {"type": "null"}],
                    "default": None,
                    "title": "Do not send when later than",
                    "x-widget": "duration",
                    "x-advanced": True,
                },
            },
        },
    },
    {
        "kind": "send_sms",
        "title": "Send SMS",
        "help": "A text message, up to 3 parts",
        "group": "Messages",
        "icon": "message",
        "ui": {"summary": "{text}"},
        "sample": {"sender": "+49", "text": "Hi"},
        "schema": {
            "required": ["sender", "text"],
            "properties": {
                "sender": {"type": "string", "title": "Sender number", "x-widget": "line"},
                "text": {"type": "string", "title": "Text", "maxLength": 480, "x-widget": "template"},
            },
        },
    },
    {
        "kind": "add_tag",
        "title": "Add a tag",
        "help": "Mark the person, for segments and other automations",
        "group": "Data",
        "icon": "tag",
        "sample": {"tag": "vip"},
        "schema": {
            "required": ["tag"],
            "properties": {"tag": {"type": "string", "title": "Tag", "x-widget": "tag"}},
        },
    },
    {
        "kind": "remove_tag",
        "title": "Remove a tag",
        "help": "Take a mark away from the person",
        "group": "Data",
        "icon": "tag-off",
        "sample": {"tag": "trial"},
        "schema": {
            "required": ["tag"],
            "properties": {"tag": {"type": "string", "title": "Tag", "x-widget": "tag"}},
        },
    },
    {
        "kind": "set_attribute",
        "title": "Set a detail",
        "help": "Write something down about the person",
        "group": "Data",
        "icon": "pencil",
        "sample": {"attribute": "plan", "value": "pro"},
        "schema": {
            "required": ["attribute", "value"],
            "properties": {
                "attribute": {"type": "string", "title": "Detail", "x-widget": "attribute"},
                "value": {"type": "string", "title": "Becomes", "x-widget": "template"},
            },
        },
    },
    {
        "kind": "http_request",
        "title": "Call a web address",
        "help": "Tell another program, or ask it something",
        "group": "Data",
        "icon": "world-upload",
        "ui": {"summary": "{method} {url}", "answers": True},
        "sample": {"method": "POST", "url": "https://example.com"},
        "schema": {
            "required": ["url"],
            "properties": {
                "method": {"enum": ["GET", "POST", "PUT"], "default": "POST", "title": "Method"},
                "url": {
                    "type": "string",
                    "title": "Address",
                    "x-widget": "template",
                    "x-placeholder": "https://",
                },
                "headers": {"type": "object", "default": {}, "title": "Headers", "x-widget": "headers"},
                "body": {"type": "string", "default": "", "title": "Content", "x-widget": "template"},
                "retries": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 9,
                    "title": "Tries",
                    "x-advanced": True,
                },
                "follow": {
                    "type": "boolean",
                    "default": False,
                    "title": "Wait for the answer",
                    "x-advanced": True,
                },
            },
        },
    },
]

_WHERE = {"anyOf": [{"type": "object"}, {"type": "null"}], "title": "Only if", "x-widget": "condition"}

TRIGGERS: list[Json] = [
    {
        "kind": "event",
        "title": "Something happens",
        "help": "An event arrives, such as an order or a sign-up",
        "group": "Events",
        "icon": "bolt",
        "schema": {
            "required": ["event"],
            "properties": {
                "event": {"type": "string", "title": "Event", "x-widget": "event"},
                "where": _WHERE,
            },
        },
        "sample": {"event": "order.placed"},
    },
    {
        "kind": "contact_created",
        "title": "A contact is added",
        "help": "By hand, by an import, a form or a program",
        "group": "Contacts",
        "icon": "user-plus",
        "schema": {"properties": {"where": _WHERE}},
        "sample": {},
    },
    {
        "kind": "tag_added",
        "title": "A tag is added",
        "help": "Somebody is marked with a certain tag",
        "group": "Contacts",
        "icon": "tag",
        "schema": {
            "required": ["tag"],
            "properties": {"tag": {"type": "string", "title": "Tag", "x-widget": "tag"}, "where": _WHERE},
        },
        "sample": {"tag": "vip"},
    },
    {
        "kind": "manual",
        "title": "By hand",
        "help": "You, or a program over the API, put people in",
        "group": "Other",
        "icon": "hand-click",
        "schema": {},
        "sample": {},
    },
]

CATALOGUE: Json = {
    "triggers": TRIGGERS,
    "steps": STEPS,
    "fields": [
        {"path": "contact.first_name", "label": "First name", "type": "text"},
        {"path": "contact.last_name", "label": "Last name", "type": "text"},
        {"path": "contact.email", "label": "E-mail address", "type": "text"},
        {
            "path": "contact.country",
            "label": "Country",
            "type": "choice",
            "options": [{"value": "DE", "label": "Germany"}, {"value": "AT", "label": "Austria"}],
        },
        {"path": "contact.renews_on", "label": "Renews on", "type": "date"},
        {"path": "contact.bags_bought", "label": "Bags bought", "type": "number"},
        {"path": "contact.wholesale", "label": "Wholesale", "type": "boolean"},
        {"path": "contact.created_at", "label": "Contact since", "type": "datetime"},
    ],
    "events": [
        "order.paid",
        "order.placed",
        "cart.updated",
        "email.opened",
        "email.clicked",
        "review.written",
    ],
    "tags": ["buyer", "newsletter", "vip", "welcome-2025"],
    "operators": {
        "text": [
            {"op": "is", "label": "is", "value": "one"},
            {"op": "is_not", "label": "is not", "value": "one"},
            {"op": "in", "label": "is one of", "value": "many"},
            {"op": "contains", "label": "contains", "value": "one"},
            {"op": "exists", "label": "is known", "value": "none"},
        ],
        "number": [
            {"op": "is", "label": "is", "value": "one"},
            {"op": "more_than", "label": "is more than", "value": "one"},
            {"op": "at_least", "label": "is at least", "value": "one"},
            {"op": "less_than", "label": "is less than", "value": "one"},
        ],
    },
}

LIVE: Json = {
    "entry": {"trigger": {"kind": "event", "event": "order.paid"}, "again": {"after": "P180D"}},
    "goal": {"event": "order.placed", "where": {"field": "event.total", "op": "more_than", "value": 20}},
    "start": "welcome",
    "nodes": {
        "welcome": {
            "kind": "send_email",
            "name": "Welcome: your first bag",
            "subject": "Welcome, {{ contact.first_name }}. Here is how we roast",
            "preheader": "Three minutes to a better cup",
            "body": MAIL,
            "next": "pause",
        },
        "pause": {"kind": "wait", "for": "P2D", "next": "opened"},
        "opened": {
            "kind": "branch",
            "name": "Opened the welcome?",
            "paths": [
                {
                    "label": "Yes",
                    "when": {
                        "event": "email.opened",
                        "where": {"field": "event.node", "op": "is", "value": "welcome"},
                    },
                    "next": "second",
                }
            ],
            "else": "tag_old",
        },
        "second": {
            "kind": "send_email",
            "name": "Second bag, 10% off",
            "subject": "A small thank-you for your next bag",
            "body": MAIL,
            "next": "week",
        },
        "week": {
            "kind": "wait",
            "for": "P7D",
            "until": {"time": "09:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]},
            "next": "bought",
        },
        "bought": {
            "kind": "branch",
            "paths": [{"label": "Yes", "when": {"event": "order.placed", "within": "P30D"}, "next": "buyer"}],
            "else": "story",
        },
        "buyer": {"kind": "add_tag", "tag": "buyer", "next": None},
        "story": {
            "kind": "split",
            "paths": [
                {"label": "A", "share": 50, "next": "barista"},
                {"label": "B", "share": 50, "next": "buyer"},
            ],
        },
        "barista": {
            "kind": "send_email",
            "name": "Tell the barista",
            "subject": "What should we roast next?",
            "body": MAIL,
            "next": None,
        },
        "tag_old": {"kind": "add_tag", "tag": "welcome-2025", "next": None},
    },
}


def draft() -> Json:
    """The live version with six changes, one of which is not ready."""
    changed = deepcopy(LIVE)
    nodes = changed["nodes"]
    nodes["pause"]["for"] = "P3D"
    nodes["opened"]["else"] = "brewing"
    nodes["brewing"] = {
        "kind": "send_sms",
        "name": "Brewing tip",
        "text": "Grind a little finer",
        "sender": "",
        "next": "again",
    }
    nodes["again"] = {
        "kind": "wait_until",
        "until": {"any": [{"event": "cart.updated"}, {"event": "order.placed"}]},
        "timeout": "P5D",
        "next": "second",
        "on_timeout": None,
    }
    del nodes["tag_old"]
    return changed


def long_definition(length: int = 240) -> Json:
    """A very large drawing: chains and splits in turn."""
    nodes: Json = {}
    for index in range(length):
        here, after = f"step_{index}", f"step_{index + 1}"
        following = after if index + 1 < length else None
        if index % 9 == 4:
            nodes[here] = {
                "kind": "branch",
                "paths": [{"label": "Yes", "when": {"tag": "vip"}, "next": following}],
                "else": f"side_{index}",
            }
            nodes[f"side_{index}"] = {"kind": "add_tag", "tag": f"side {index}", "next": None}
        elif index % 3 == 0:
            nodes[here] = {"kind": "wait", "for": f"P{index % 5 + 1}D", "next": following}
        else:
            nodes[here] = {"kind": "add_tag", "tag": f"tag {index}", "next": following}
    trigger = {"kind": "contact_created"}
    return {"entry": {"trigger": trigger, "again": "never"}, "start": "step_0", "nodes": nodes}


NUMBERS: Json = {
    "entered": 3418,
    "inside": 212,
    "goal": 1060,
    "left": 2146,
    "nodes": {
        "welcome": {
            "entered": 3418,
            "waiting": 0,
            "left": 16,
            "failed": 12,
            "dropped": 4,
            "sent": 3402,
            "opened": 1973,
            "clicked": 476,
        },
        "pause": {"entered": 3402, "waiting": 128, "left": 204, "left_early": 204, "failed": 0},
        "opened": {"entered": 3254, "waiting": 0, "left": 0, "failed": 0},
        "second": {
            "entered": 1954,
            "waiting": 0,
            "left": 0,
            "failed": 0,
            "sent": 1954,
            "opened": 860,
            "clicked": 312,
        },
        "week": {"entered": 1954, "waiting": 84, "left": 310, "left_early": 310, "failed": 0},
        "bought": {"entered": 1560, "waiting": 0, "left": 0, "failed": 0},
        "buyer": {"entered": 1010, "waiting": 0, "left": 0, "failed": 0},
        "story": {"entered": 980, "waiting": 0, "left": 0, "failed": 0},
        "barista": {
            "entered": 550,
            "waiting": 0,
            "left": 0,
            "failed": 0,
            "sent": 548,
            "opened": 241,
            "clicked": 66,
        },
        "tag_old": {"entered": 1300, "waiting": 0, "left": 0, "failed": 0},
    },
    "edges": {
        ">welcome": 3418,
        "welcome>pause": 3402,
        "pause>opened": 3254,
        "opened>second": 1954,
        "opened>tag_old": 1300,
        "second>week": 1954,
        "week>bought": 1560,
        "bought>buyer": 580,
        "bought>story": 980,
        "story>barista": 550,
        "story>buyer": 430,
        "buyer>": 1010,
        "barista>": 550,
    },
}

NAMES = [
    ("Lena", "Sørensen"), ("Amir", "Haddad"), ("Chiara", "Conti"), ("Jonas", "Weber"), ("Priya", "Nair"),
    ("Tomás", "Ferreira"), ("Ewa", "Nowak"), ("Oskar", "Lindqvist"), ("Mei", "Tanaka"), ("Ruth", "Okafor"),
]  # fmt: skip


def contacts() -> list[Json]:
    return [
        {
            "id": f"0199-{index:04d}",
            "email": f"{first.lower()}@example.com",
            "first_name": first,
            "last_name": last,
        }
        for index, (first, last) in enumerate(NAMES)
    ]
