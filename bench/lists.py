"""Lists and searches of a business with 100,000 contacts, over the API and as pages."""

import time

from bench.measured import Measured, percentile
from bench.shop import Shop

CONTACTS = 100_000
AT_MOST = 200.0  # ms
QUESTIONS = {
    "the newest": "",
    "by name": "?sort=name",
    "a word": "?q=number4711",
    "part of a word": "?q=ber99",
    "with a tag": "?tag=rare",
}
TIMES = 15


async def measure(shop: Shop) -> list[Measured]:
    began = time.perf_counter()
    ids = await shop.acquaint(CONTACTS, "listed")
    written = CONTACTS / (time.perf_counter() - began)
    await shop.tag(ids[:200], "rare")
    measured = [Measured("contacts written over the API in thousands", written, "a second")]
    for what, question in QUESTIONS.items():
        seconds = [await _ask(shop, f"/contacts{question}") for _ in range(TIMES)]
        measured.append(
            Measured(
                f"list of {CONTACTS:,}: {what}, median", percentile(seconds, 0.5) * 1000, "ms", most=AT_MOST
            )
        )
    return measured


async def _ask(shop: Shop, path: str) -> float:
    began = time.perf_counter()
    answer = await shop.api.get(path)
    answer.raise_for_status()
    return time.perf_counter() - began
