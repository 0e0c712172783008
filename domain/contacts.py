"""Contacts: what a person's details must look like, what a change makes of them, and which events announce it.

Everything that is said about a person, by a program, a form or a file, becomes `Details` here: checked, tidied, and merged
into their `Profile` by one rule. What is left out stays, null clears, attributes are merged, tags are added.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import email_validator

from domain.calendars import zones
from domain.custom_fields import CustomField, Value, first_use, parse_name, parse_value
from domain.errors import Invalid, Problem, join
from domain.texts import parse_line, shown

Channel = Literal["email", "sms"]
Consent = Literal["subscribed", "unsubscribed"]
Source = Literal["api", "person", "automation", "import", "system"]
Proof = Literal["api", "person", "automation", "import", "system", "form", "unsubscribe_link", "complaint"]
CHANNELS: tuple[Channel, ...] = ("email", "sms")
CONSENTS: tuple[Consent, ...] = ("subscribed", "unsubscribed")
STANDARD = ("email", "phone", "first_name", "last_name", "external_id", "time_zone")

LONGEST_NAME = 200
LONGEST_TAG = 100
MOST_TAGS = 200

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Conventions:
    """What goes without saying in one business: its country, its time zone, and the fields that it has defined."""

    fields: Mapping[str, CustomField] = field(default_factory=dict[str, CustomField])
    region: str | None = None  # ISO 3166: how a phone number without a country code is read
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: what its events say, and the proof behind what somebody agreed to.

    `by` is the person or the API key; `proof` how the agreement was given (as `source` when that says it);
    `because` goes into the properties of each event, such as the automation that asked for the change.
    """

    source: Source
    by: str | None = None
    ip: str | None = None
    proof: Proof | None = None
    wording: Mapping[str, str] = field(default_factory=dict[str, str])  # by channel
    because: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Details:
    """What somebody says about one person. `tags` are added, or with `exact_tags` they are all that remain."""

    standard: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    attributes: Mapping[str, Value | None] = field(default_factory=dict[str, Value | None])
    tags: tuple[str, ...] = ()
    consent: Mapping[str, str] = field(default_factory=dict[str, str])
    exact_tags: bool = False

    @property
    def email(self) -> str | None:
        return self.standard.get("email")

    @property
    def external_id(self) -> str | None:
        return self.standard.get("external_id")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known about one person."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    external_id: str | None = None
    time_zone: str | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict[str, Value])
    tags: tuple[str, ...] = ()
    consent: Mapping[str, str] = field(default_factory=dict[str, str])

    def told(self, details: Details, *, keep_refusals: bool = False) -> "Profile":
        """The profile once these details are known. With `keep_refusals` nobody who said no is made to say yes."""
        attributes = {**self.attributes, **details.attributes}
        return replace(
            self,
            **details.standard,
            attributes={name: value for name, value in attributes.items() if value is not None},
            tags=details.tags if details.exact_tags else _added(self.tags, details.tags),
            consent={**self.consent, **self._accepted(details.consent, keep_refusals)},
        )

    def _accepted(self, consent: Mapping[str, str], keep_refusals: bool) -> dict[str, str]:
        refused = {c for c, state in self.consent.items() if keep_refusals and state == "unsubscribed"}
        return {channel: state for channel, state in consent.items() if channel not in refused}

    @property
    def name(self) -> str:
        """What to call them: by name, else by address."""
        named = " ".join(part for part in (self.first_name, self.last_name) if part)
        return named or self.email or self.phone or self.external_id or "Somebody"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event that a change gives rise to."""

    name: str
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])


def _added(tags: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return (*tags, *(tag for tag in more if tag not in tags))


def announce(before: Profile | None, after: Profile) -> list[Announcement]:
    """The events of a change, in the order in which they happened; none when nothing changed."""
    found = [] if before else [Announcement("contact.created")]
    known = before or Profile()
    if before and (changed := dict(_changed(before, after))):
        found.append(Announcement("contact.updated", {"changed": changed}))
    found += [Announcement("contact.tag_added", {"tag": tag}) for tag in after.tags if tag not in known.tags]
    found += [
        Announcement("contact.tag_removed", {"tag": tag}) for tag in known.tags if tag not in after.tags
    ]
    return found + [
        Announcement(
            "contact.consent_changed", {"channel": channel, "state": after.consent.get(channel, "unknown")}
        )
        for channel in dict.fromkeys([*after.consent, *known.consent])
        if known.consent.get(channel) != after.consent.get(channel)
    ]


def _changed(before: Profile, after: Profile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each detail that is another now, by the name that conditions know it by."""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in STANDARD]
    names = dict.fromkeys([*before.attributes, *after.attributes])
    pairs += [(name, before.attributes.get(name), after.attributes.get(name)) for name in names]
    for name, was, became in pairs:
        if (was, type(was)) != (became, type(became)):  # 1 == True, but a number is not a yes
            yield name, {"from": was, "to": became}


def parse_email(raw: str) -> str:
    """An address in small letters: the mailbox names that differ by case are one mailbox everywhere."""
    address = raw.strip().removeprefix("mailto:").lower()
    try:
        found = email_validator.validate_email(address, check_deliverability=False, test_environment=True)
    except email_validator.EmailNotValidError as error:
        example = "Write it like ada@example.com."
        raise Invalid(f"“{shown(raw)}” is not an e-mail address. {_plain(error)} {example}") from None
    return found.normalized.lower()


def _plain(error: email_validator.EmailNotValidError) -> str:
    reason = str(error).rstrip(".").replace("email address", "e-mail address")
    return f"{reason}." if reason.isprintable() else ""


def parse_phone(raw: str, *, region: str | None) -> str:
    """A number with its country code, as E.164 writes it: +49301234567."""
    import phonenumbers  # 50 ms that a worker's start need not wait for

    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not region:
            raise Invalid(f"“{shown(raw)}” has no country code. Write it like +49 30 1234567.") from None
        raise Invalid(f"“{shown(raw)}” is not a phone number. Write it like +49 30 1234567.") from None
    # the plain yes or no would also take what can only be dialled from next door, without an area code
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Invalid(f"“{shown(raw)}” has too few or too many digits for a phone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _zones_by_small_letters() -> Mapping[str, str]:
    return {name.lower(): name for name in zones.zone_names()}


def parse_time_zone(raw: str) -> str:
    name = raw.strip().replace(" ", "_").lower()
    return _zones_by_small_letters().get(name) or zones.zone_named(raw.strip()).key


def parse_tag(raw: str) -> str:
    """A tag keeps its spelling. A comma or semicolon would make two of it in a file."""
    tag = parse_line(raw, longest=LONGEST_TAG)
    if "," in tag or ";" in tag:
        raise Invalid(f"“{shown(tag)}” has a comma or semicolon in it. Make it two tags, or leave it out.")
    return tag


def parse_tags(raw: Iterable[str]) -> tuple[str, ...]:
    """All the tags, each once, in the order given."""
    reader = _Reader(Conventions())
    found = dict.fromkeys(reader.read(f"[{index}]", parse_tag, tag) for index, tag in enumerate(raw))
    if len(found) > MOST_TAGS:
        raise Invalid(f"A contact can have {MOST_TAGS} tags at most.")
    return tuple(reader.done(tag for tag in found if tag is not None))


def parse_details(said: Mapping[str, Any], conventions: Conventions, *, exact_tags: bool = False) -> Details:
    """Read what was sent about a person; every problem is found, each with where it is."""
    reader = _Reader(conventions)
    standard = {name: reader.standard(name, said[name]) for name in STANDARD if name in said}
    attributes = {name: reader.attribute(name, raw) for name, raw in (said.get("attributes") or {}).items()}
    tags = reader.read("tags", parse_tags, said.get("tags") or ())
    consent = {name: reader.consent(name, raw) for name, raw in (said.get("consent") or {}).items()}
    exactly = exact_tags and said.get("tags") is not None
    return reader.done(Details(standard, attributes, tags or (), consent, exact_tags=exactly))


class _Reader:
    """Reads one thing after the other, and keeps what is wrong with each until all have been read."""

    def __init__(self, conventions: Conventions) -> None:
        self._conventions = conventions
        self._problems = list[Problem]()

    def read(self, path: str, parse: Callable[[Any], Read], raw: Any) -> Read | None:
        try:
            return parse(raw)
        except Invalid as error:
            found = error.problems or (Problem("", error.message),)
            self._problems += [problem.under(path) for problem in found]
            return None

    def done(self, result: Read) -> Read:
        if self._problems:
            raise Invalid(problems=self._problems)
        return result

    def standard(self, name: str, raw: str | None) -> str | None:
        parsers: Mapping[str, Callable[[str], str]] = {
            "email": parse_email,
            "phone": partial(parse_phone, region=self._conventions.region),
            "time_zone": parse_time_zone,
        }
        parse = parsers.get(name, partial(parse_line, longest=LONGEST_NAME))
        return self.read(name, parse, raw) if raw and raw.strip() else None

    def attribute(self, name: str, raw: Any) -> Value | None:
        path, known = join("attributes", name), self._conventions.fields.get(name)
        if not known and not self.read(path, parse_name, name):
            return None
        known = known or first_use(name, raw)
        return (
            None
            if raw is None or raw == ""
            else self.read(path, partial(parse_value, known, zone=self._conventions.zone), raw)
        )

    def consent(self, channel: str, raw: Any) -> str:
        path = join("consent", channel)
        if channel not in CHANNELS:
            self._problems.append(
                Problem(path, f"There is no such channel. Known are: {', '.join(CHANNELS)}.")
            )
        elif raw not in CONSENTS:
            self._problems.append(Problem(path, f"Write one of: {', '.join(CONSENTS)}."))
        return str(raw)
