"""The drawing as a graph: which steps can be reached, and where it goes round in circles without ever waiting."""

from collections.abc import Callable, Iterator

from domain.definitions.forms import AnyNode, Definition, Target

Lines = Callable[[str], list[str]]


def drawing_order(definition: Definition) -> list[str]:
    """Every step that can be reached, from the top down, each under the first line that leads to it."""
    seen: dict[str, None] = {}
    open_ends = [definition.start]
    while open_ends:
        node = open_ends.pop()
        if node in definition.nodes and node not in seen:
            seen[node] = None
            open_ends.extend(reversed(targets(definition.nodes[node])))
    return list(seen)


def targets(node: AnyNode) -> list[Target]:
    return [target for _, target in node.targets()]


def downstream(definition: Definition, node: str) -> Iterator[str]:
    """The steps after this one, nearest first; among equally near ones in the author's order."""
    seen = {node}
    level = [node]
    while level:
        below = [
            target for one in level for target in targets(definition.nodes[one]) if target in definition.nodes
        ]
        level = list(dict.fromkeys(target for target in below if target and target not in seen))
        seen.update(level)
        yield from level


def circles(nodes: list[str], lines: Lines) -> list[list[str]]:
    """One circle for each line that leads back up: the steps on it, in order."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in nodes:
        found.extend(_circles_from(start, lines, done))
    return found


def _circles_from(start: str, lines: Lines, done: set[str]) -> Iterator[list[str]]:
    """A walk in depth without recursion: `path` is where it stands, `ahead` what is left to try at each place."""
    path: list[str] = []
    ahead = [[start]]
    while ahead:
        if not ahead[-1]:
            ahead.pop()
            if path:
                done.add(path.pop())
            continue
        node = ahead[-1].pop()
        if node in path:
            yield path[path.index(node) :]
        elif node not in done:
            path.append(node)
            ahead.append(list(reversed(lines(node))))
