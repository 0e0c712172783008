"""Ports: free ones below the system's own range, and a plain word about who holds the wanted one."""

import os
import socket
from collections.abc import Iterator

import pytest

from core.launch import ports
from core.launch.processes import LINUX
from core.launch.say import Trouble


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_free_port_lies_below_the_range_of_outgoing_connections():
    assert ports.LOWEST <= ports.free() <= ports.HIGHEST < 32_768


def test_the_port_of_last_time_is_kept_when_it_is_free(taken: int):
    kept = ports.free()
    assert ports.free(kept) == kept
    assert ports.free(taken) != taken
    assert ports.free(kept, but=kept) != kept


def test_says_who_holds_a_port_and_what_to_type(taken: int):
    with pytest.raises(Trouble) as caught:
        ports.require("127.0.0.1", taken)
    assert f"Port {taken} is in use" in caught.value.what
    if LINUX:
        assert f"(process {os.getpid()})" in caught.value.what
    assert "make run" in caught.value.cure


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(Trouble, match=r"HOST=192\.0\.2\.1 is no address of this machine"):
        ports.require("192.0.2.1", ports.free())


def test_a_free_port_is_fine():
    ports.require("127.0.0.1", ports.free())
