"""ACTS: one transaction or one vendor call each, idempotent, for workflows and for the engine's loops."""
