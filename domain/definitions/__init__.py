"""Automations as data: what may be drawn, what is still wrong with a drawing, and the plan that runs once it is published."""

from domain.definitions.changes import Change, describe_changes
from domain.definitions.checking import problems
from domain.definitions.compiling import compile_plan
from domain.definitions.forms import Definition
from domain.definitions.plans import Plan
from domain.definitions.problems import Problem
from domain.definitions.reading import Draft, parse, read_draft

__all__ = [
    "Change",
    "Definition",
    "Draft",
    "Plan",
    "Problem",
    "compile_plan",
    "describe_changes",
    "parse",
    "problems",
    "read_draft",
]
