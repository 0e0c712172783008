"""People who sign in: what their e-mail address, name and password must be like."""

import re
from collections.abc import Iterable
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from domain.errors import Invalid, Problem

PASSWORD_MIN = 12
PASSWORD_MAX = 200  # hashing takes as long as the password is: an essay would be an attack
NAME_MAX = 100

# A browser that nobody used for half a day, or that was signed in two weeks ago, has to sign in again.
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
INVITATION = timedelta(days=7)
PASSWORD_RESET = timedelta(hours=1)

# Twelve characters or more, and still among the first that an attacker tries.
_COMMON = frozenset(
    """123456789012 1234567890123 012345678910 111111111111 000000000000 1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop12
    qwertyuiop123 qwerty123456 qazwsxedcrfv asdfghjkl123 zxcvbnm12345 abcdefghijkl abcdef123456 password1234
    password12345 passwordpassword password!123 iloveyou1234 letmein12345 welcome12345 administrator changeme1234
    trustno12345 football1234 baseball1234 superman1234 sunshine1234 princess1234 mainspring123""".split()  # noqa: SIM905 -- a list of words reads as words
)


def email_address(text: str, *, path: str = "email") -> str:
    """The address in the form that we compare: trimmed, in lower case."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid.at(path, "Enter an e-mail address such as ada@example.com.") from None
    return found.normalized.lower()


def person_name(text: str, *, path: str = "name") -> str:
    """Trimmed, on one line: it is shown to others and written into mail headers."""
    name = re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()
    if not name:
        raise Invalid.at(path, "Enter a name.")
    if len(name) > NAME_MAX:
        raise Invalid.at(path, f"Keep the name to {NAME_MAX} characters.")
    return name


def check_password(password: str, *, near: Iterable[str] = (), path: str = "password") -> str:
    """Long enough, not among the usual ones, and not what everybody knows about this person (`near`)."""
    if fault := _fault(password, near):
        raise Invalid(problems=[Problem(path, fault)])
    return password


def _fault(password: str, near: Iterable[str]) -> str | None:
    if len(password) < PASSWORD_MIN:
        return f"Use at least {PASSWORD_MIN} characters. Three or four words in a row are easy to remember."
    if len(password) > PASSWORD_MAX:
        return f"Use at most {PASSWORD_MAX} characters."
    plain = password.lower()
    if plain in _COMMON or len(set(plain)) < 4:
        return "This password is among the first that others would try. Choose another."
    if any(plain == known.lower() for known in near):
        return "Choose a password that is not your name or e-mail address."
    return None


def slug(name: str) -> str:
    """`Corner Shop & Sons` → `corner-shop-sons`; something to read in addresses, made unique by whoever stores it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "shop"
