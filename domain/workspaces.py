"""Workspaces: what the details of a business must be like."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo, available_timezones

from domain.errors import Invalid, Problem
from domain.people import email_address, person_name

# Where small shops sell; any other ISO 4217 code of three letters is taken as well.
CURRENCIES: Mapping[str, str] = {
    "AUD": "Australian dollar",
    "BRL": "Brazilian real",
    "CAD": "Canadian dollar",
    "CHF": "Swiss franc",
    "CZK": "Czech koruna",
    "DKK": "Danish krone",
    "EUR": "Euro",
    "GBP": "British pound",
    "HUF": "Hungarian forint",
    "INR": "Indian rupee",
    "JPY": "Japanese yen",
    "MXN": "Mexican peso",
    "NOK": "Norwegian krone",
    "NZD": "New Zealand dollar",
    "PLN": "Polish złoty",
    "RON": "Romanian leu",
    "SEK": "Swedish krona",
    "SGD": "Singapore dollar",
    "USD": "US dollar",
    "ZAR": "South African rand",
}
ADDRESS_MAX = 500


def time_zones() -> tuple[str, ...]:
    """The names that people know: Europe/Berlin, not Etc/GMT+3."""
    named = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return (*named, "UTC")


def time_zone(name: str) -> str:
    try:
        return ZoneInfo(name.strip()).key
    except (ValueError, OSError, KeyError):
        raise Invalid.at("time_zone", "Choose a time zone from the list, such as Europe/Berlin.") from None


def currency(code: str) -> str:
    code = code.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise Invalid.at("currency", "Enter the three letters of a currency, such as EUR.")
    return code


def postal_address(text: str) -> str:
    """It stands at the foot of each marketing mail, where the law of many countries wants it."""
    address = "\n".join(line.strip() for line in text.splitlines()).strip()
    if len(address) > ADDRESS_MAX:
        raise Invalid.at("postal_address", f"Keep the address to {ADDRESS_MAX} characters.")
    return address


def _sender_name(text: str) -> str:
    return person_name(text, path="mail_from_name") if text.strip() else ""


def _sender(text: str) -> str:
    return email_address(text, path="mail_from") if text.strip() else ""


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "name": person_name,
    "time_zone": time_zone,
    "currency": currency,
    "mail_from_name": _sender_name,
    "mail_from": _sender,
    "postal_address": postal_address,
}
EDITABLE = tuple(_CHECKS)


def details(wanted: Mapping[str, str]) -> dict[str, str]:
    """The details in the form that is kept; everything that is wrong is told at once."""
    checked: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in wanted.items():
        try:
            checked[name] = _CHECKS[name](value)
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems=problems)
    return checked
