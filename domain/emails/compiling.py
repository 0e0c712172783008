"""Makes a mail ready to be filled in, once for each version: what is left to do for a contact is filling in values."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.contacts import STANDARD
from domain.emails import checks, frame
from domain.emails.cleaning import clean
from domain.emails.links import Marker
from domain.emails.mjml import convert, is_mjml, without_preview
from domain.emails.plain import PlainText
from domain.templating.lint import Roots, lint, read_tree
from domain.templating.markup import Token, read, write
from domain.templating.parts import Part
from domain.templating.problems import BadTemplate, Problem, has_errors
from domain.templating.tags import Masked, mask

Topic = Literal["marketing", "transactional"]

ROOTS: Roots = {
    "contact": None,
    "event": None,
    "data": None,
    "workspace": frozenset({"name", "postal_address", "time_zone", "currency"}),
    "unsubscribe_url": None,
}
"""What a mail may speak of. Callers narrow `contact` to the fields that the workspace has."""
SURE = frozenset({"workspace", "unsubscribe_url", "contact.email", "contact.id"})
_USUAL = frozenset(f"contact.{name}" for name in (*STANDARD, "id", "tags"))

_PLACES = {
    "subject": "the subject",
    "preheader": "the preheader",
    "from_name": "the sender's name",
    "reply_to": "the reply address",
}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Draft(BaseModel):
    """A mail as its author wrote it. The body is MJML, HTML or plain words; all of them may carry template tags."""

    model_config = ConfigDict(frozen=True)

    subject: str
    body: str
    preheader: str = ""
    from_name: str = ""
    reply_to: str = ""
    topic: Topic = "marketing"


class TrackedLink(BaseModel):
    model_config = ConfigDict(frozen=True)

    number: int
    url: str


class CompiledEmail(BaseModel):
    """All parts are templates. `html` and `text` carry marks (`domain.emails.marks`) for `domain.tracking` to work on."""

    model_config = ConfigDict(frozen=True)

    subject: str
    html: str
    text: str
    from_name: str = ""
    reply_to: str = ""
    topic: Topic = "marketing"
    links: tuple[TrackedLink, ...] = ()

    def parts(self) -> dict[str, Part]:
        texts = {
            "subject": self.subject,
            "text": self.text,
            "from_name": self.from_name,
            "reply_to": self.reply_to,
        }
        used = {name: Part(source) for name, source in texts.items() if source}
        return used | {"html": Part(self.html, html=True)}


class Compilation(BaseModel):
    """`email` is None when there are errors; warnings do not stop it."""

    model_config = ConfigDict(frozen=True)

    email: CompiledEmail | None
    problems: tuple[Problem, ...]


def compile_email(draft: Draft, *, roots: Roots = ROOTS, sure: Collection[str] = SURE) -> Compilation:
    draft = draft.model_copy(update={name: _tidy(value) for name, value in _texts(draft).items()})
    problems = [*checks.check_subject(draft.subject)]
    for name, source in _texts(draft).items():
        problems += (_placed(name, problem) for problem in lint(source, roots, sure=sure, usual=_USUAL))
    if has_errors(problems):
        return _failed(problems)
    masked = mask(draft.body)
    tokens = list(read(masked.text))
    problems += checks.check_body(tokens, masked)
    html, converted = _to_html(draft, masked, tokens)
    problems += converted
    if has_errors(problems):
        return _failed(problems)
    missing = _missing_furniture(draft, masked)
    problems += checks.check_furniture(missing)
    return _finish(draft, _framed(draft, masked, html, missing), problems)


def _texts(draft: Draft) -> Mapping[str, str]:
    return draft.model_dump(exclude={"topic"})


def _placed(name: str, problem: Problem) -> Problem:
    place = _PLACES.get(name)
    return replace(problem, message=f"In {place}: {problem.message}") if place else problem


def _tidy(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _failed(problems: list[Problem]) -> Compilation:
    return Compilation(email=None, problems=tuple(sorted(set(problems))))


def _to_html(draft: Draft, masked: Masked, tokens: list[Token]) -> tuple[str, tuple[Problem, ...]]:
    if not is_mjml(tokens):
        return frame.document(masked.text, tokens), ()
    converted = convert(masked, list(without_preview(tokens)) if draft.preheader else tokens)
    return converted.html, converted.problems


def _missing_furniture(draft: Draft, masked: Masked) -> tuple[frame.Furniture, ...]:
    """What the law asks of marketing and the author has not placed himself."""
    if draft.topic != "marketing":
        return ()
    used = "\n".join(tag.source for tag in masked.tags if tag.kind != "comment")
    return tuple(one for one in frame.FURNITURE if one.name not in used)


def _framed(draft: Draft, masked: Masked, html: str, missing: Sequence[frame.Furniture]) -> str:
    """The whole HTML, once again with its template tags."""
    foot = frame.footer(missing)
    tokens = frame.furnish(read(html), masked, preheader_source=draft.preheader, foot=foot)
    return masked.unmask(write(tokens))


def _finish(draft: Draft, source: str, problems: list[Problem]) -> Compilation:
    masked = mask(source)
    marker = Marker(masked)
    tokens = list(marker.mark(clean(read(masked.text))))
    html = masked.unmask(write(tokens))
    text = masked.unmask(PlainText(masked).of(tokens))
    problems += [*checks.check_size(html), *_unreadable(html, text)]
    if has_errors(problems):
        return _failed(problems)
    links = tuple(TrackedLink(number=link.number, url=link.url) for link in marker.links)
    others = draft.model_dump(exclude={"body", "preheader"})
    return Compilation(
        email=CompiledEmail(html=html, text=text, links=links, **others),
        problems=tuple(sorted(set(problems))),
    )


def _unreadable(*sources: str) -> Iterator[Problem]:
    """Only where a tag opens in one kind of place and ends in another, a comment for instance."""
    for source in sources:
        try:
            read_tree(source)
        except BadTemplate:
            yield Problem(
                1,
                "An {% if %} or {% for %} must begin and end in the same kind of place: both in the text, or both inside of one HTML tag.",
            )
            return
