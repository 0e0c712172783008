"""SETS UP AND RUNS: what `make run`, `make test` and `make setup` do. Standard library only: it runs before anything is installed."""
