"""SPEAKS JSON: a handler parses, loads, starts or signals, and answers."""
