"""CONNECTS: one file per vendor, from its settings form to its steps and triggers."""
