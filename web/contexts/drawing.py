"""Pictures that the server draws: what goes into sparklines and bar charts."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    label: str
    values: tuple[int, ...]  # one per day of the chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Stacked bars by day."""

    days: tuple[date, ...]
    series: tuple[Series, ...]

    @property
    def empty(self) -> bool:
        return not any(any(series.values) for series in self.series)
