"""REMEMBERS: tables, then the queries and writes on them. All SQL lives here; a change and its event are written together."""
