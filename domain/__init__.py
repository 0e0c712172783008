"""DECIDES: pure functions and frozen values. A rule takes `now` as an argument; nothing here does I/O."""
