"""Coming in, going out, and what can go wrong."""

from web.contexts.auth import AcceptInvitation, ForgotPassword, ResetPassword, SignIn, SignUp
from web.contexts.base import Form
from web.contexts.errors import Broken, NoPermission, NotFound, Unavailable
from web.contexts.public import Unsubscribe, Unsubscribed

ZONES = ("Africa/Lagos", "America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London", "UTC")
ADDRESS = "Am Farn 4, 10999 Berlin, Germany"

SIGN_IN = SignIn(next="/contacts")
SIGN_IN_REFUSED = SignIn(
    form=Form(
        values={"email": "maya@fernhill.example"},
        errors={"": "E-mail and password do not fit together. Check both, then try again."},
    )
)
SIGN_UP = SignUp(time_zones=ZONES)
SIGN_UP_REFUSED = SignUp(
    time_zones=ZONES,
    form=Form(
        values={
            "business_name": "Fernhill Coffee",
            "name": "Maya Okafor",
            "email": "maya@fernhill",
            "time_zone": "Europe/Berlin",
        },
        errors={
            "email": "That is not a complete e-mail address; something like maya@fernhill.example.",
            "password": "Use at least 12 characters.",
        },
    ),
)
FORGOT_PASSWORD = ForgotPassword(sends=True)
FORGOT_PASSWORD_ASKED = ForgotPassword(sends=True, asked="maya@fernhill.example")
FORGOT_PASSWORD_SENDS_NOTHING = ForgotPassword(sends=False)
RESET_PASSWORD = ResetPassword(token="t0ken", email="maya@fernhill.example")
INVITATION = AcceptInvitation(
    token="t0ken",
    workspace_name="Fernhill Coffee",
    invited_by="Maya Okafor",
    role="Marketer",
    email="tom@fernhill.example",
)
INVITATION_KNOWN = AcceptInvitation(
    token="t0ken",
    workspace_name="Fernhill Coffee",
    invited_by="Maya Okafor",
    role="Marketer",
    email="tom@fernhill.example",
    known=True,
)
UNSUBSCRIBE = Unsubscribe(
    action="/unsubscribe/t0ken",
    business="Fernhill Coffee",
    email="lena.sorensen@example.com",
    postal_address=ADDRESS,
)
UNSUBSCRIBED = Unsubscribed(
    business="Fernhill Coffee",
    email="lena.sorensen@example.com",
    undo="/unsubscribe/t0ken/undo",
    postal_address=ADDRESS,
)
SUBSCRIBED_AGAIN = Unsubscribed(
    business="Fernhill Coffee", email="lena.sorensen@example.com", subscribed_again=True
)
NOT_FOUND = NotFound()
NO_PERMISSION = NoPermission(role="Viewer", ask=(("Maya Okafor", "maya@fernhill.example"),))
BROKEN = Broken(reference="0194-7f3a")
UNAVAILABLE = Unavailable(retry_after=600)
