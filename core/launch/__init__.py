"""SETS UP AND RUNS: `make run`, `make test`, `make setup`. Standard library only: nothing is installed yet."""
