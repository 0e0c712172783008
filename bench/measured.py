"""What a benchmark hands back, and how it is shown."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure, beside what it is held against: `least` or `most`, in the same unit; neither when it is only told."""

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def meets(self) -> bool:
        return (self.least is None or self.value >= self.least) and (
            self.most is None or self.value <= self.most
        )

    def row(self) -> str:
        if self.least is None and self.most is None:
            return f"| {self.what} | {figure(self.value)} {self.unit} | | |"
        limit = f"≥ {figure(self.least)}" if self.least is not None else f"≤ {figure(self.most or 0)}"
        bound = self.least or self.most
        ratio = f"×{self.value / bound:.2f}" if bound else ""
        verdict = "met" if self.meets else "**missed**"
        return f"| {self.what} | {figure(self.value)} {self.unit} | {limit} | {ratio} {verdict} |"


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that is not below this share of them (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def table(measured: Iterable[Measured]) -> str:
    return "\n".join(
        ["| | measured | limit | ratio |", "|---|---|---|---|", *(one.row() for one in measured)]
    )


_TICK = os.sysconf("SC_CLK_TCK")


class Cpu:
    """CPU seconds that programs use between two looks, by name; the firm figure on a machine that others use too."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._before = self._used()

    def each(self, count: int) -> list[Measured]:
        """Used since it was made, for each of so many, in milliseconds."""
        now = self._used()
        used = {name: (now[name] - self._before[name]) / count * 1000 for name in now}
        told = [Measured(f"CPU for each: {name}", ms, "ms") for name, ms in used.items()]
        return [Measured("CPU for each, in all", sum(used.values()), "ms"), *told]

    def _used(self) -> dict[str, float]:
        children = _children()
        return {name: sum(map(_seconds, _family(pid, children))) for name, pid in self._pids.items()}


def _children() -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        found.setdefault(parent, []).append(int(folder.name))
    return found


def _family(pid: int, children: Mapping[int, Sequence[int]]) -> Iterable[int]:
    yield pid
    for child in children.get(pid, ()):
        yield from _family(child, children)


def _seconds(pid: int) -> float:
    """Its own, and of those of its children that have ended (proc(5): utime, stime, cutime, cstime)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / _TICK
