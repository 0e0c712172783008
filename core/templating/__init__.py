"""Renders what users wrote, many contexts at a time, in child processes that may be slow, hungry or hostile."""

from core.templating.outcomes import Failure, FailureKind, Rendered
from core.templating.renderer import Renderer
from core.templating.templates import Template
from domain.templating.parts import Part

__all__ = ["Failure", "FailureKind", "Part", "Rendered", "Renderer", "Template"]
