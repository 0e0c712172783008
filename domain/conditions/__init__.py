"""Conditions: the one language in which triggers, branches, goals, segments and scores ask about a contact."""

from domain.conditions.checks import Resolver, Vocabulary, check, dump, parse, resolve, schema
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
from domain.conditions.timing import next_change
from domain.conditions.words import words

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
    "Resolver",
    "ScoreClause",
    "SegmentClause",
    "TagClause",
    "Verdict",
    "Vocabulary",
    "check",
    "dump",
    "evaluate",
    "lookup",
    "mentions",
    "next_change",
    "parse",
    "resolve",
    "schema",
    "walk",
    "words",
]
