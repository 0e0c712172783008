"""The embedded Temporal: the official development server on a SQLite file, found or fetched, and run as a part."""

from core.launch.temporal.server import Temporal

__all__ = ["Temporal"]
