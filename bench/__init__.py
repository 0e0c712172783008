"""Benchmarks: each measures the product beside a peer or a limit in the same run, since machines differ and are shared.

`make bench`, or some of them: `make bench B="crowd events"`.
"""
