"""One file per noun: its pages and fragments."""
