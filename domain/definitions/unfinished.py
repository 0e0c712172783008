"""What a publisher should know and may leave as it is: what nobody would want in a mail that goes out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.definitions.forms import Action, Definition
from domain.definitions.graph import drawing_order
from domain.emails.unfinished import EXAMPLE, example_links
from domain.steps import STEPS, Step

NO_ADDRESS = (
    "Your postal address is missing: the law asks for it in marketing mails. Add it in Settings → Workspace."
)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """`node` is None for what is about the whole workspace."""

    node: str | None
    message: str


def unfinished(
    definition: Definition, *, postal_address: str, steps: Mapping[str, Step] = STEPS
) -> list[Unfinished]:
    """The workspace first, then the mails from the top down."""
    return list(_unfinished(definition, postal_address, steps))


def _unfinished(
    definition: Definition, postal_address: str, steps: Mapping[str, Step]
) -> Iterator[Unfinished]:
    mails = dict(_mails(definition, steps))
    if not postal_address.strip() and any(_topic(mail, steps) == "marketing" for mail in mails.values()):
        yield Unfinished(None, NO_ADDRESS)
    for node_id, mail in mails.items():
        if _untouched(mail, steps):
            yield Unfinished(node_id, "This mail still says what every new one says. Write your own text.")
        for label in example_links(str(mail.params.get("body") or "")):
            yield Unfinished(node_id, f"{f'“{label}”' if label else 'A link'} still leads to {EXAMPLE}.")


def _mails(definition: Definition, steps: Mapping[str, Step]) -> Iterator[tuple[str, Action]]:
    """Those that somebody can come to."""
    for node_id in drawing_order(definition):
        node = definition.nodes[node_id]
        if isinstance(node, Action) and node.kind in steps and steps[node.kind].channel == "email":
            yield node_id, node


def _untouched(mail: Action, steps: Mapping[str, Step]) -> bool:
    example = steps[mail.kind].sample.get("body")
    return example is not None and mail.params.get("body") == example


def _topic(mail: Action, steps: Mapping[str, Step]) -> object:
    return mail.params.get("topic") or steps[mail.kind].params.model_fields["topic"].default
