"""Frames between parent and child: four bytes of length, then JSON."""

import asyncio
from typing import Any, BinaryIO

import orjson

HEADER = 4


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(HEADER, "big") + payload


def read_frame(stream: BinaryIO) -> bytes:
    """Empty when the other side has gone."""
    header = stream.read(HEADER)
    return stream.read(int.from_bytes(header, "big")) if len(header) == HEADER else b""


def write_frame(stream: BinaryIO, message: Any) -> None:
    stream.write(frame(orjson.dumps(message)))
    stream.flush()


async def receive_frame(stream: asyncio.StreamReader) -> Any:
    """Raises IncompleteReadError when the other side has gone."""
    header = await stream.readexactly(HEADER)
    return orjson.loads(await stream.readexactly(int.from_bytes(header, "big")))
