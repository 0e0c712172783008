"""The pictures of numbers that the server draws itself: sparklines, tiny bars, stacked bars by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from web.contexts.drawing import Chart

_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """SVG paths in a box of 100 by 32."""

    line: str
    area: str


def sparkline(points: Sequence[float], *, width: float = 100, height: float = 32) -> Line:
    """A line through the points, with a little air above and below; where all are the same it lies on the ground."""
    if len(points) < 2:
        points = [*points, *points] or [0, 0]
    low, high = min(points), max(points)
    top, depth, step = height * 0.06, height * 0.8, width / (len(points) - 1)
    falls = [(high - value) / (high - low) if high > low else 1.0 for value in points]
    spots = [f"{index * step:.1f} {top + fall * depth:.1f}" for index, fall in enumerate(falls)]
    line = f"M{' L'.join(spots)}"
    return Line(line=line, area=f"{line} L{width:g} {height:g} L0 {height:g} Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int = 1  # from 1, as the colours are numbered


def bars(values: Sequence[int], *, width: float = 84, height: float = 24) -> tuple[Bar, ...]:
    """Bars side by side; nothing is still drawn as a dot, so that its place can be seen."""
    if not values:
        return ()
    step, most = width / len(values), max(*values, 1)
    heights = [max(2.0, value / most * height) for value in values]
    return tuple(
        Bar(
            x=round(index * step, 1),
            y=round(height - tall, 1),
            width=round(step - 4, 1),
            height=round(tall, 1),
        )
        for index, tall in enumerate(heights)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    position: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stacked bar chart, ready to be written as SVG in its box."""

    width: float
    height: float
    left: float
    base: float
    bars: tuple[Bar, ...]
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]


def round_step(most: float, *, lines: int = 5) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that divides the height into so many lines at most."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size * lines >= most:
                return step * size
        size *= 10


def stacked(chart: Chart, *, width: float = 720, height: float = 300) -> Stack:
    left, base, top = 44.0, height - 26, 8.0
    totals = [sum(series.values[index] for series in chart.series) for index in range(len(chart.days))]
    step = round_step(max(totals, default=0) or 1)
    ceiling = step * max(1, -(-max(totals, default=0) // step))
    scale, slot = (base - top) / ceiling, (width - left) / max(len(chart.days), 1)
    drawn: list[Bar] = []
    for index in range(len(chart.days)):
        x, y = left + index * slot + slot * 0.2, base
        for number, series in enumerate(chart.series, start=1):
            tall = series.values[index] * scale
            if tall:
                y -= tall
                drawn.append(
                    Bar(
                        x=round(x, 1),
                        y=round(y, 1),
                        width=round(slot * 0.6, 1),
                        height=round(tall, 1),
                        series=number,
                    )
                )
    return Stack(
        width=width,
        height=height,
        left=left,
        base=base,
        bars=tuple(drawn),
        levels=tuple(
            Tick(position=round(base - level * scale, 1), label=f"{level:,}")
            for level in range(0, ceiling + 1, step)
        ),
        days=_day_ticks(chart.days, left=left, slot=slot, most=int(width // 100)),
    )


def _day_ticks(days: Sequence[date], *, left: float, slot: float, most: int) -> tuple[Tick, ...]:
    every = max(1, -(-len(days) // most))
    return tuple(
        Tick(position=round(left + (index + 0.5) * slot, 1), label=f"{day.day} {day:%b}")
        for index, day in enumerate(days)
        if index % every == 0
    )
