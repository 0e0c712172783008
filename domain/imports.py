"""Imports: which column of a file is what, what each row says about a person, which rows are about the same person.

Pure over the rows that `domain.spreadsheets` has read, so a rehearsal and the import itself come to the same numbers.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from domain.contacts import CHANNELS, STANDARD, Conventions, Details, Profile, parse_details, parse_tags
from domain.custom_fields import CustomField, fitting, label_for, name_from, parse_name
from domain.errors import Invalid, Problem, join
from domain.processes import Payload
from domain.spreadsheets import Record, Sheet
from domain.texts import parse_text, shown, unaccented

PAGE = 1_000
"""Rows that are written in one transaction."""

TARGETS = (*STANDARD, "name", "tags", "consent.email", "consent.sms")
Mapped = Mapping[str, str | None]

# What columns are called, in small letters without signs. Longer lists guess more; a wrong guess costs a look at the screen.
_HEADINGS: Mapping[str, str] = {
    heading: target
    for target, headings in {
        "email": "email emailaddress mail mailaddress emailadresse mailadresse courriel correo contactemail",
        "phone": "phone phonenumber mobile mobilephone cell cellphone tel telephone telefon handy mobil mobilnummer telefonnummer",
        "first_name": "firstname givenname forename vorname prenom nombre",
        "last_name": "lastname surname familyname nachname familienname nom apellido apellidos",
        "name": "name fullname customername contactname kunde",
        "external_id": "externalid customerid customernumber customerno kundennummer kundennr contactid userid",
        "time_zone": "timezone tz zeitzone",
        "tags": "tags tag labels label groups gruppen schlagworte",
        "consent.email": "consent emailconsent consentemail emailmarketing acceptsmarketing acceptsemailmarketing optin"
        " emailoptin newsletter subscribed subscription emailsubscription",
        "consent.sms": "smsconsent consentsms smsoptin acceptssmsmarketing smsmarketing",
    }.items()
    for heading in headings.split()
}
ERROR_COLUMNS = ("Import row", "Import problem")
"""What the file of failed rows has beside the columns of the original."""
# Columns of our own files that say what happened, and are not for anybody to set.
_OURS = frozenset({"id", "createdat", "updatedat", "importrow", "importproblem"})

_SAID_YES = frozenset({"subscribed", "yes", "y", "true", "1", "on", "ja", "oui", "si", "optin", "optedin"})
_SAID_NO = frozenset(
    {"unsubscribed", "no", "n", "false", "0", "off", "nein", "non", "optout", "optedout", "cleaned"}
)
_SAID_NOTHING = frozenset(
    {"", "unknown", "none", "never", "pending", "notset", "neversubscribed", "nonsubscribed"}
)


class TakePages(Payload):
    """Take the next pages of an import, or of its undo."""

    workspace_id: UUID
    import_id: UUID


class Turn(Payload):
    """How far that came: all done, or held until somebody releases it, or there is more."""

    over: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one cell, by the row number that a spreadsheet shows."""

    row: int
    column: str
    message: str


class Options(Payload):
    """What holds for the whole file. `wording`: the statement that its people agreed to, kept as the proof."""

    tags: tuple[str, ...] = ()
    consent: Literal["none", "subscribed"] = "none"
    wording: str = ""
    existing: Literal["update", "keep"] = "update"


class Plan(Payload):
    """How a file is read: its columns by heading, each with its target, and the fields that come to be by it."""

    header: tuple[str, ...]
    targets: Mapped
    options: Options = Options()
    new_fields: tuple[CustomField, ...] = ()

    def heading(self, path: str) -> str:
        """The column that a problem is about: `attributes.plan` → “Plan”, `tags[2]` → “Groups”."""
        target = re.sub(r"\[.*", "", path)
        wanted = (
            ("name",) if target in ("first_name", "last_name") and target not in self.targets.values() else ()
        )
        return next((name for name in self.header if self.targets.get(name) in (target, *wanted)), "")


def guess_mapping(header: Sequence[str], fields: Iterable[CustomField] = ()) -> dict[str, str | None]:
    """What each column probably is; one that is not recognised becomes a custom field."""
    known = {_signless(name): f"attributes.{f.name}" for f in fields for name in (f.name, f.label)}
    taken, found = set[str](), dict[str, str | None]()
    for heading in header:
        plain = _signless(heading.removeprefix("attributes."))
        target = known.get(plain) or _HEADINGS.get(plain) or f"attributes.{name_from(heading)}"
        if plain in _OURS or (target in taken and target != "tags"):
            found[heading] = None
            continue
        taken.add(target)
        found[heading] = target
    return found


def _signless(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unaccented(heading).lower())


def make_plan(
    sheet: Sheet,
    fields: Mapping[str, CustomField],
    *,
    mapping: Mapped | None = None,
    named: Mapping[str, CustomField] | None = None,
    options: Options | None = None,
) -> Plan:
    """Settle how a file is read. A column that a given mapping leaves out is not imported.

    `named` are new fields by their columns, where somebody has chosen their label and type.
    """
    if mapping is None:
        targets = guess_mapping(sheet.header, fields.values())
    else:
        targets = _checked(mapping, sheet.header)
    _check_targets(targets)
    new_fields = tuple(_new_fields(sheet, targets, fields, named or {}))
    return Plan(header=sheet.header, targets=targets, options=options or Options(), new_fields=new_fields)


def _checked(mapping: Mapped, header: Sequence[str]) -> dict[str, str | None]:
    """The mapping as given, when every column and every target in it exists."""
    problems = list[Problem]()
    for heading, target in mapping.items():
        if heading not in header:
            columns = ", ".join(f"“{shown(name)}”" for name in header[:20])
            problems.append(
                Problem(heading, f"The file has no column “{shown(heading)}”. It has: {columns}.")
            )
        elif target and (fault := _target_fault(target)):
            problems.append(Problem(heading, fault))
    if problems:
        raise Invalid(problems=[problem.under("mapping") for problem in problems], code="unknown_mapping")
    return {heading: target or None for heading, target in mapping.items()}


def _target_fault(target: str) -> str:
    if target in TARGETS:
        return ""
    if not target.startswith("attributes."):
        return f"“{shown(target)}” is nothing that a contact has. Use one of {', '.join(TARGETS)}, or attributes.<name>."
    try:
        parse_name(target.removeprefix("attributes."))
    except Invalid as error:
        return error.message
    return ""


def _check_targets(targets: Mapped) -> None:
    times = Counter(target for target in targets.values() if target and target != "tags")
    twice = next((target for target, n in times.items() if n > 1), None)
    if twice:
        columns = " and ".join(f"“{shown(name)}”" for name, target in targets.items() if target == twice)
        raise Invalid.at("mapping", f"The columns {columns} are both taken for {twice}. Keep one of them.")
    if not {"email", "external_id"} & set(times):
        raise Invalid.at(
            "mapping", "No column holds e-mail addresses. Say which one does, or which holds an external_id."
        )


def _new_fields(
    sheet: Sheet, targets: Mapped, fields: Mapping[str, CustomField], named: Mapping[str, CustomField]
) -> Iterator[CustomField]:
    for index, heading in enumerate(sheet.header):
        kind, _, name = (targets.get(heading) or "").partition(".")
        if kind == "attributes" and name not in fields:
            cells = (record.cells[index] for record in sheet.records if not record.fault)
            yield named.get(heading) or CustomField(name, fitting(cells), _label(heading, name))


def _label(heading: str, name: str) -> str:
    return label_for(name) if heading.startswith("attributes.") else heading[:100]


def superseded(records: Iterable[Record], plan: Plan) -> set[int]:
    """The numbers of the rows that a later row about the same person replaces."""
    columns = [i for i, name in enumerate(plan.header) if plan.targets.get(name) in ("email", "external_id")]
    seen, found = set[tuple[int, str]](), set[int]()
    for record in reversed([record for record in records if not record.fault]):
        keys = {(i, record.cells[i].strip().lower()) for i in columns if record.cells[i].strip()}
        if keys & seen:
            found.add(record.number)
        else:
            seen |= keys
    return found


def read_row(record: Record, plan: Plan, conventions: Conventions) -> Details | list[RowError]:
    """What one row says about one person, or everything that is wrong with it. An empty cell says nothing."""
    if record.fault:
        return [RowError(record.number, "", record.fault)]
    said, problems = _said(record, plan)
    if not problems and not (said.get("email") or said.get("external_id")):
        what = "no e-mail address" if "email" in plan.targets.values() else "no external_id"
        problems.append(
            Problem("email" if "email" in plan.targets.values() else "external_id", f"This row has {what}.")
        )
    try:
        details = parse_details(said, conventions)
    except Invalid as error:
        problems += error.problems
    else:
        if not problems:
            return details
    return [RowError(record.number, plan.heading(problem.path), problem.message) for problem in problems]


def _said(record: Record, plan: Plan) -> tuple[dict[str, Any], list[Problem]]:
    said: dict[str, Any] = {"attributes": {}, "tags": list(plan.options.tags), "consent": {}}
    problems = list[Problem]()
    for heading, cell in zip(plan.header, record.cells, strict=True):
        target = plan.targets.get(heading)
        if not target or not cell:
            continue
        kind, _, name = target.partition(".")
        match kind:
            case "attributes":
                said["attributes"][name] = cell
            case "tags":
                said["tags"] += [tag for tag in re.split(r"[,;|]", cell) if tag.strip()]
            case "consent":
                _consent(said["consent"], name, cell, problems)
            case "name":
                said |= {k: v for k, v in _split_name(cell).items() if not said.get(k)}
            case _:
                said[target] = cell
    if plan.options.consent == "subscribed":
        said["consent"].setdefault("email", "subscribed")
    return said, problems


def _split_name(cell: str) -> dict[str, str]:
    """`Lovelace, Ada` and `Ada King Lovelace`: the last word is the family name."""
    if cell.count(",") == 1:
        last, first = map(str.strip, cell.split(","))
    else:
        first, _, last = cell.strip().rpartition(" ")
        first, last = (first, last) if first else (last, "")
    return {"first_name": first, "last_name": last}


def _consent(consent: dict[str, str], channel: str, cell: str, problems: list[Problem]) -> None:
    word = _signless(cell)
    if word in _SAID_YES:
        consent[channel] = "subscribed"
    elif word in _SAID_NO:
        consent[channel] = "unsubscribed"
    elif word not in _SAID_NOTHING:
        message = (
            f"“{shown(cell)}” is neither yes nor no. Write subscribed or unsubscribed, or leave it empty."
        )
        problems.append(Problem(join("consent", channel), message))


def parse_options(*, tags: Iterable[str], consent: str, wording: str, existing: str) -> Options:
    """What holds for the whole file, as somebody chose it. Agreement without its wording proves nothing."""
    if consent not in ("none", "subscribed"):
        raise Invalid.at("consent", "Write one of: none, subscribed.")
    if existing not in ("update", "keep"):
        raise Invalid.at("existing", "Write one of: update, keep.")
    if consent == "subscribed" and not wording.strip():
        raise Invalid.at(
            "consent_wording", "Say how and when these people agreed to get e-mail; it is kept as the proof."
        )
    words = parse_text(wording.strip(), longest=2_000)
    return Options(tags=_tags(tags), consent=consent, wording=words, existing=existing)


def _tags(raw: Iterable[str]) -> tuple[str, ...]:
    try:
        return parse_tags(raw)
    except Invalid as error:
        raise error.under("tags") from None


def proof(plan: Plan, file: str) -> dict[str, str]:
    """What stands behind the consent that came with a file, by channel: the words agreed to, else the column."""
    found = dict[str, str]()
    for channel in CHANNELS:
        heading = plan.heading(f"consent.{channel}")
        column = f"Column “{heading}” of {file}" if heading else ""
        words = plan.options.wording if channel == "email" else ""
        found[channel] = words or column
    return {channel: words for channel, words in found.items() if words}


def undone(before: Profile | None, after: Profile, now: Profile) -> tuple[Profile, list[str]]:
    """The profile without what an import made of it; what was changed again since stays, and is named."""
    was = before or Profile()
    kept = list[str]()

    def back(name: str, then: Any, imported: Any, present: Any) -> Any:
        if then == imported:
            return present
        if present == imported:
            return then
        if present != then:
            kept.append(name)
        return present

    def each(
        name: str, then: Mapping[str, Any], imported: Mapping[str, Any], present: Mapping[str, Any]
    ) -> dict[str, Any]:
        keys = dict.fromkeys([*present, *then])
        found = {
            key: back(join(name, key), then.get(key), imported.get(key), present.get(key)) for key in keys
        }
        return {key: value for key, value in found.items() if value is not None}

    standard = {
        name: back(name, getattr(was, name), getattr(after, name), getattr(now, name)) for name in STANDARD
    }
    given = set(after.tags) - set(was.tags)
    profile = Profile(
        **standard,
        attributes=each("attributes", was.attributes, after.attributes, now.attributes),
        tags=tuple(tag for tag in now.tags if tag not in given),
        consent=each("consent", was.consent, after.consent, now.consent),
    )
    return profile, kept
