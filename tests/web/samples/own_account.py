"""One's own account, in two browsers."""

from tests.web.samples.frames import ago, new_id
from web.contexts.account import Account, SignedInBrowser
from web.contexts.base import Form

ACCOUNT = Account(
    form=Form(values={"name": "Maya Okafor"}),
    browsers=(
        SignedInBrowser(
            id=new_id(),
            name="Firefox on a Mac",
            ip="192.0.2.7",
            seen_at=ago(minutes=1),
            begun_at=ago(days=2),
            this_one=True,
        ),
        SignedInBrowser(
            id=new_id(),
            name="Safari on an iPhone",
            ip="198.51.100.20",
            seen_at=ago(hours=5),
            begun_at=ago(days=4),
        ),
    ),
)
