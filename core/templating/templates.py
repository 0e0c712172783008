"""What is rendered: one or more named parts that are filled with the same values."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import orjson

from domain.templating.parts import Part


@dataclass(frozen=True)
class Template:
    """`Template({"subject": Part(…), "html": Part(…, html=True)})`; children compile it once, by its `key`."""

    parts: Mapping[str, Part]

    @classmethod
    def text(cls, source: str) -> "Template":
        return cls({"text": Part(source)})

    @classmethod
    def html(cls, source: str) -> "Template":
        return cls({"html": Part(source, html=True)})

    @cached_property
    def wire(self) -> bytes:
        return orjson.dumps([[name, part.source, part.html] for name, part in self.parts.items()])

    @cached_property
    def key(self) -> str:
        return blake2b(self.wire, digest_size=16).hexdigest()
