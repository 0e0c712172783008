"""The kernel: what happens to one contact in one automation, a pure function of the plan, the position, the facts and the time."""

from domain.kernel.moving import move, moves_at_once
from domain.kernel.rehearsing import dry_run
from domain.kernel.running import begin, poke, resume, run
from domain.kernel.values import Effect, Ended, Leg, Outcome, Position, Reserve, Why
from domain.kernel.words import words

__all__ = [
    "Effect",
    "Ended",
    "Leg",
    "Outcome",
    "Position",
    "Reserve",
    "Why",
    "begin",
    "dry_run",
    "move",
    "moves_at_once",
    "poke",
    "resume",
    "run",
    "words",
]
