"""Rate limits of the API: so many requests a minute per key, counted in this process, told in the headers of each answer."""

import time
from dataclasses import dataclass
from uuid import UUID

from domain.errors import TooMany

WINDOW = 60.0


@dataclass(slots=True)
class _Window:
    closes: float
    hits: int = 0


class Limiter:
    """A window opens with the first request of a key and closes a minute later. One event loop: counting needs no lock."""

    def __init__(self, per_minute: int) -> None:
        self._limit = per_minute
        self._windows: dict[UUID, _Window] = {}

    def hit(self, key: UUID) -> dict[str, str]:
        """Counts one request; the headers that tell the client where it stands."""
        now = time.monotonic()
        window = self._windows.get(key)
        if window is None or window.closes <= now:
            self._forget_closed(now)
            window = self._windows[key] = _Window(now + WINDOW)
        window.hits += 1
        reset = max(1, round(window.closes - now))
        return {
            "RateLimit-Limit": str(self._limit),
            "RateLimit-Remaining": str(max(0, self._limit - window.hits)),
            "RateLimit-Reset": str(reset),
        }

    def check(self, key: UUID) -> None:
        window = self._windows[key]
        if window.hits > self._limit:
            raise TooMany(
                f"More than {self._limit:,} requests a minute. Wait until the window closes.",
                retry_after=window.closes - time.monotonic(),
            )

    def _forget_closed(self, now: float) -> None:
        if len(self._windows) > 1000:
            self._windows = {key: window for key, window in self._windows.items() if window.closes > now}
