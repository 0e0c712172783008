"""Conditions: the one language in which triggers, branches, goals, segments and scores ask about a contact."""

from domain.conditions.clauses import (
    AllOf,
    AnyOf,
    Clause,
    Condition,
    ConsentClause,
    Count,
    EventClause,
    FieldClause,
    Not,
    ScoreClause,
    SegmentClause,
    TagClause,
    walk,
)
from domain.conditions.evaluation import FALSE, TRUE, Verdict, evaluate
from domain.conditions.fields import lookup
from domain.conditions.mentions import Mentions, mentions

__all__ = [
    "FALSE",
    "TRUE",
    "AllOf",
    "AnyOf",
    "Clause",
    "Condition",
    "ConsentClause",
    "Count",
    "EventClause",
    "FieldClause",
    "Mentions",
    "Not",
    "ScoreClause",
    "SegmentClause",
    "TagClause",
    "Verdict",
    "evaluate",
    "lookup",
    "mentions",
    "walk",
]
