"""Cohorts: people of one automation who wake at about the same time share one wait."""

import math
from datetime import datetime

NARROWEST, WIDEST = 0.5, 60.0  # seconds
_PARTS = 20  # a wait is shared with those who wake within a twentieth of it


def bucket(wake_at: datetime, now: datetime) -> str:
    """The name of the stretch of time in which a wait ends: its width in seconds and its number since 1970.

    A short wait gets a narrow stretch, so that nobody who waits a minute is late by one; a long one is shared by all who
    wake in the same minute. Each still goes on at its own instant: the name says only who shares a timer.
    """
    width = min(max((wake_at - now).total_seconds() / _PARTS, NARROWEST), WIDEST)
    width = 2.0 ** math.floor(
        math.log2(width)
    )  # widths of a few kinds, so that waits of about the same length meet
    return f"{width:g}:{math.floor(wake_at.timestamp() / width)}"
