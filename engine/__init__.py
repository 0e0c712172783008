"""KEEPS MOVING: the loops that take what is queued, in batches, without waiting."""
