"""The same engine and sandboxes as the clock tests have."""

from tests.workflows.conftest import Sandbox, engine, sandbox

__all__ = ["Sandbox", "engine", "sandbox"]
