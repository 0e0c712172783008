"""Finds the places where a text shows a value that some contacts do not have, and nothing says what stands there instead."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from jinja2 import nodes

from domain.templating.problems import Problem, warning

_ALIKE = 0.88  # `contact.firstname` and `contact.frist_name` are like `contact.first_name`, `contact.city` is like nothing


def find_gaps(
    tree: nodes.Template,
    roots: Mapping[str, object],
    *,
    sure: Collection[str] = (),
    usual: Collection[str] = (),
) -> Iterator[Problem]:
    """One warning for each value, at its first place. `sure` holds roots and paths (`contact.email`) that are never missing,
    `usual` those that are there in every workspace: a path that is almost one of them is probably a slip."""
    seen: set[str] = set()
    for line, path in _shown(tree.body, frozenset()):
        root = path.partition(".")[0]
        if "." in path and root in roots and root not in sure and path not in sure and path not in seen:
            seen.add(path)
            yield warning(line, _slip(path, usual) or _advice(path))


def _slip(path: str, usual: Collection[str]) -> str:
    alike = [] if path in usual else get_close_matches(path, sorted(usual), 1, _ALIKE)
    return f"Is “{path}” a field of yours? Otherwise write “{alike[0]}”." if alike else ""


def _advice(path: str) -> str:
    return f'Some contacts have no “{path}”: nothing would stand here. Write {{{{ {path} | default("…") }}}} to say what to show them.'


def _shown(body: Iterable[nodes.Node], asked: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Paths that are printed as they are; within `{% if x %}` there is an x."""
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                yield from ((part.lineno, path) for path in _bare(part) if path not in asked)
        elif isinstance(node, nodes.If):
            yield from _shown_in_if(node, asked)
        elif isinstance(node, nodes.For):
            inner = asked | set(_paths(node.iter))
            yield from _shown([*node.body, *node.else_], inner)
        else:
            yield from _shown(node.iter_child_nodes(), asked)


def _shown_in_if(node: nodes.If, asked: frozenset[str]) -> Iterator[tuple[int, str]]:
    tested = asked | set(_paths(node.test))
    yield from _shown(node.body, tested)
    yield from _shown(node.elif_, tested)
    yield from _shown(node.else_, tested)


def _bare(node: nodes.Node) -> Iterator[str]:
    """The paths whose absence leaves a hole; what is chosen by `or`, `if … else` or `default` leaves none."""
    if isinstance(node, nodes.Filter) and node.name == "default":
        return
    if isinstance(node, nodes.Getattr):
        path = path_of(node)
        if path:
            yield path
    elif isinstance(node, nodes.Filter) and node.node is not None:
        yield from _bare(node.node)
    elif isinstance(node, nodes.Concat):
        for part in node.nodes:
            yield from _bare(part)


def _paths(node: nodes.Node) -> Iterator[str]:
    inner = (node, *node.find_all(nodes.Getattr))
    return (path for one in inner if isinstance(one, nodes.Getattr) and (path := path_of(one)))


def path_of(node: nodes.Node) -> str:
    """`contact.first_name`, or "" of what is no plain path."""
    names: list[str] = []
    while isinstance(node, nodes.Getattr):
        names.append(node.attr)
        node = node.node
    return ".".join(reversed([*names, node.name])) if isinstance(node, nodes.Name) else ""
