"""Sample contexts for every page: a coffee roastery on a Friday morning. The tests render them, the preview shows them."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.web.samples import account, automations, contacts, home, inbox, own_account, processes, settings
from tests.web.samples.frames import SANDBOX, SHELL, VIEWER, VISIT
from web.contexts.base import Frame, Page
from web.contexts.home import FeedMessage


@dataclass(frozen=True, slots=True)
class Sample:
    page: Page
    frame: Frame = SHELL
    status: int = 200


PAGES: Mapping[str, Sample] = {
    "/sign-in": Sample(account.SIGN_IN, VISIT),
    "/sign-in/refused": Sample(account.SIGN_IN_REFUSED, VISIT, 422),
    "/forgot-password": Sample(account.FORGOT_PASSWORD, VISIT),
    "/forgot-password/asked": Sample(account.FORGOT_PASSWORD_ASKED, VISIT),
    "/forgot-password/by-hand": Sample(account.FORGOT_PASSWORD_SENDS_NOTHING, VISIT),
    "/reset-password/t0ken": Sample(account.RESET_PASSWORD, VISIT),
    "/sign-up": Sample(account.SIGN_UP, VISIT),
    "/sign-up/refused": Sample(account.SIGN_UP_REFUSED, VISIT, 422),
    "/invitations/new": Sample(account.INVITATION, VISIT),
    "/invitations/known": Sample(account.INVITATION_KNOWN, VISIT),
    "/unsubscribe": Sample(account.UNSUBSCRIBE, VISIT),
    "/unsubscribed": Sample(account.UNSUBSCRIBED, VISIT),
    "/subscribed-again": Sample(account.SUBSCRIBED_AGAIN, VISIT),
    "/errors/404": Sample(account.NOT_FOUND, status=404),
    "/errors/404/outside": Sample(account.NOT_FOUND, VISIT, 404),
    "/errors/403": Sample(account.NO_PERMISSION, VIEWER, 403),
    "/errors/500": Sample(account.BROKEN, VISIT, 500),
    "/errors/503": Sample(account.UNAVAILABLE, VISIT, 503),
    "/": Sample(home.BUSY),
    "/home/empty": Sample(home.EMPTY, SANDBOX),
    "/home/toast": Sample(home.BUSY, home.WITH_TOASTS),
    "/palette": Sample(home.PALETTE),
    "/palette/nothing": Sample(home.PALETTE_EMPTY),
    "/contacts": Sample(contacts.INDEX),
    "/contacts/filtered": Sample(contacts.FILTERED),
    "/contacts/nobody": Sample(contacts.NOBODY),
    "/contacts/empty": Sample(contacts.EMPTY, SANDBOX),
    "/contacts/new": Sample(contacts.NEW),
    "/contacts/new/refused": Sample(contacts.NEW_REFUSED, status=422),
    "/contacts/fields": Sample(contacts.FIELDS),
    "/contacts/fields/empty": Sample(contacts.NO_FIELDS),
    "/contacts/import": Sample(contacts.UPLOAD),
    "/contacts/import/refused": Sample(contacts.UPLOAD_REFUSED, status=422),
    "/contacts/import/1/mapping": Sample(contacts.MAPPING),
    "/contacts/import/1/mapping/tried": Sample(contacts.MAPPING_TRIED),
    "/contacts/import/1": Sample(contacts.IMPORTING),
    "/contacts/import/2": Sample(contacts.IMPORTED),
    "/contacts/import/3": Sample(contacts.IMPORT_FAILED),
    f"/contacts/{contacts.LENA.id}": Sample(contacts.SHOW),
    f"/contacts/{contacts.LENA.id}/edit": Sample(contacts.EDIT),
    "/contacts/bare": Sample(contacts.BARE, VIEWER),
    "/automations": Sample(automations.INDEX),
    "/automations/none": Sample(automations.NONE_FOUND),
    "/automations/empty": Sample(automations.EMPTY, SANDBOX),
    "/automations/new": Sample(automations.NEW),
    f"/automations/{automations.WELCOME}": Sample(automations.EDITOR),
    "/inbox": Sample(inbox.INDEX),
    "/inbox/empty": Sample(inbox.EMPTY, SANDBOX),
    f"/inbox/{inbox.FIRST}": Sample(inbox.SHOW),
    "/inbox/text": Sample(inbox.TEXT),
    "/inbox/headers": Sample(inbox.HEADERS),
    "/processes": Sample(processes.INDEX, SANDBOX),
    "/processes/none": Sample(processes.NONE_FOUND),
    "/processes/empty": Sample(processes.EMPTY),
    f"/processes/{processes.COHORT}": Sample(processes.WAITING, SANDBOX),
    "/processes/held": Sample(processes.HELD),
    "/processes/failing": Sample(processes.FAILING),
    "/settings/workspace": Sample(settings.WORKSPACE),
    "/settings/workspace/refused": Sample(settings.WORKSPACE_REFUSED, status=422),
    "/settings/account": Sample(own_account.ACCOUNT),
    "/settings/team": Sample(settings.TEAM),
    "/settings/team/invited": Sample(settings.TEAM_INVITED),
    "/settings/team/viewer": Sample(settings.TEAM, VIEWER),
    "/settings/roles": Sample(settings.ROLES),
    "/settings/api-keys": Sample(settings.API_KEYS),
    "/settings/api-keys/fresh": Sample(settings.API_KEYS_FRESH),
    "/settings/api-keys/none": Sample(settings.NO_API_KEYS),
    "/settings/audit": Sample(settings.AUDIT),
    "/settings/connections": Sample(settings.CAPTURED),
    "/settings/connections/smtp": Sample(settings.SMTP),
    "/settings/connections/refused": Sample(settings.SMTP_REFUSED, status=422),
    "/settings/connections/instance": Sample(settings.FROM_INSTANCE),
    "/settings/connections/sandbox": Sample(settings.IN_SANDBOX, SANDBOX),
    "/settings/connections/viewer": Sample(settings.SMTP, VIEWER),
}

FRAGMENTS: Mapping[str, tuple[Page, str | None]] = {
    "clock at rest": (SANDBOX.clock, None),  # pyright: ignore[reportAssignmentType]
    "clock moving": (home.MOVING, None),
    "clock refused": (home.REFUSED, None),
    "feed item": (FeedMessage(item=home.FEED[0]), None),
    "palette": (home.PALETTE, "results"),
    "numbers": (home.BUSY, "numbers"),
    "automations at work": (home.BUSY, "automations"),
    "contacts": (contacts.INDEX, "rows"),
    "timeline": (contacts.SHOW, "timeline"),
    "tags": (contacts.SHOW, "tags"),
    "consents": (contacts.SHOW, "consents"),
    "drawer": (contacts.EDIT, "drawer"),
    "rehearsal": (contacts.MAPPING_TRIED, "rehearsal"),
    "progress": (contacts.IMPORTING, "progress"),
    "automations": (automations.INDEX, "rows"),
    "mails": (inbox.INDEX, "rows"),
    "reader": (inbox.SHOW, "reader"),
    "processes": (processes.INDEX, "rows"),
    "process": (processes.WAITING, "live"),
    "audit": (settings.AUDIT, "rows"),
    "check": (settings.SMTP, "check"),
    "test": (settings.SMTP, "test"),
}
