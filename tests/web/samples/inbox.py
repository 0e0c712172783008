"""Captured mail of a morning."""

from dataclasses import replace

from tests.web.samples.automations import WELCOME
from tests.web.samples.contacts import LENA
from tests.web.samples.frames import ago, new_id
from web.contexts.base import Listing, Paging
from web.contexts.inbox import Inbox, InboxShow, Mail, MailRow

_MAILS = (
    (
        "Lena Sørensen",
        "Spring roast is here",
        "We roasted it this morning. Here is how to get the best cup out of it",
        0.3,
        False,
    ),
    (
        "Clara Moreau",
        "You left something behind",
        "Two bags of Kenya AA are still in your cart. We keep them until Sunday",
        0.9,
        False,
    ),
    (
        "Noah Weber",
        "Welcome, Noah. Here is how we roast",
        "A short tour of the roastery, and 10% off your second bag",
        2,
        False,
    ),
    (
        "Zoë García",
        "Welcome, Zoë. Here is how we roast",
        "A short tour of the roastery, and 10% off your second bag",
        3,
        True,
    ),
    ("Priya Novak", "Second bag, 10% off", "A small thank-you for your next order", 5, True),
    (
        "Hanna Berg",
        "Happy birthday, Hanna",
        "One cup is on us today, in the café or in your next parcel",
        23,
        True,
    ),
    (
        "Idris García",
        "We miss you",
        "It has been a while. This is what has changed since your last order",
        26,
        True,
    ),
    (
        "Sofia Lindqvist",
        "Spring roast is here",
        "We roasted it this morning. Here is how to get the best cup out of it",
        50,
        True,
    ),
)
ROWS = tuple(
    MailRow(
        id=new_id(),
        to=f"{name.lower().replace(' ', '.')}@example.com",
        name=name,
        subject=subject,
        snippet=snippet,
        at=ago(hours=hours),
        seen=seen,
    )
    for name, subject, snippet, hours, seen in _MAILS
)
FIRST = ROWS[0].id
MAIL = Mail(
    id=FIRST,
    subject="Spring roast is here",
    sender="Fernhill Coffee <hello@fernhill.example>",
    to=LENA.email,
    name=LENA.name,
    at=ROWS[0].at,
    text="Hello Lena,\n\nWe roasted it this morning. Here is how to get the best cup out of it,\nand a small thank-you for your second bag.\n\nSee the brewing guide: https://fernhill.example/guide\n\nFernhill Coffee, Am Farn 4, 10999 Berlin\nNo more news: https://fernhill.example/unsubscribe/t0ken",
    headers=(
        ("From", "Fernhill Coffee <hello@fernhill.example>"),
        ("To", "Lena Sørensen <lena.sorensen@example.com>"),
        ("Subject", "Spring roast is here"),
        ("Message-ID", "<01943a00-0000-7000-8000-00000000004f@fernhill.example>"),
        ("List-Unsubscribe", "<https://fernhill.example/unsubscribe/t0ken>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ),
    contact_id=LENA.id,
    automation_id=WELCOME,
    automation="Welcome new customers",
    step="Second bag, 10% off",
    opened_at=ago(minutes=14),
)
INDEX = Inbox(
    listing=Listing(path="/inbox"),
    rows=ROWS,
    total=8412,
    mail=MAIL,
    paging=Paging(label="1–50 of 8,412", older="/inbox?after=m50"),
)
SHOW = InboxShow(listing=INDEX.listing, rows=ROWS, total=8412, mail=MAIL, paging=INDEX.paging)
TEXT = replace(SHOW, tab="text")
HEADERS = replace(SHOW, tab="headers", captured=False)
EMPTY = Inbox(listing=Listing(path="/inbox"), rows=(), total=0)

HTML = """<!doctype html><html lang="en"><body style="margin:0;background:#f3efe8;font-family:Georgia,serif;color:#23203a">
<div style="max-width:600px;margin:0 auto;padding:24px 16px">
<p style="text-align:center;font-size:20px;font-weight:bold">Fernhill Coffee</p>
<div style="background:#fff">
<div style="height:220px;background:linear-gradient(135deg,#e8c6a0,#a56a3c)"></div>
<div style="padding:24px"><h1 style="font-weight:normal;font-size:26px">Hello Lena, spring is in the bag</h1>
<p style="font-family:Arial,sans-serif;color:#4a4757;line-height:1.6">We roasted it this morning. Here is how to get the best cup out of it, and a small thank-you for your second bag.</p>
<p><a href="https://fernhill.example/guide" style="display:inline-block;padding:12px 20px;background:#23203a;color:#fff;border-radius:8px;text-decoration:none;font-family:Arial,sans-serif">See the brewing guide</a></p></div></div>
<p style="font:12px Arial,sans-serif;color:#6a6776;text-align:center">Fernhill Coffee, Am Farn 4, 10999 Berlin · <a href="https://fernhill.example/unsubscribe" style="color:#6a6776">Unsubscribe</a></p>
</div></body></html>"""
