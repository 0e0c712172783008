"""The embedded Temporal: answers, survives kill -9 on the same file, and begins anew when the file is damaged."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import ListNamespacesRequest, RegisterNamespaceRequest
from temporalio.client import Client

from core.launch.temporal import Temporal


@pytest.fixture
def temporal(home: Path) -> Iterator[Temporal]:
    server = Temporal(home)
    server.start()
    yield server
    server.kill()


async def namespaces(address: str) -> set[str]:
    client = await Client.connect(address)
    listed = await client.workflow_service.list_namespaces(ListNamespacesRequest())
    return {namespace.namespace_info.name for namespace in listed.namespaces}


async def test_keeps_its_address_and_its_file_through_kill_9(temporal: Temporal):
    client = await Client.connect(temporal.address)
    wanted = RegisterNamespaceRequest(namespace="kept")
    wanted.workflow_execution_retention_period.FromSeconds(86_400)
    await client.workflow_service.register_namespace(wanted)
    address = temporal.address
    temporal.kill()
    assert temporal.start() == address
    assert {"default", "kept"} <= await namespaces(address)


async def test_puts_a_damaged_file_aside(temporal: Temporal, capsys: pytest.CaptureFixture[str]):
    temporal.kill()
    temporal.file.write_bytes(b"this is no database" * 1000)
    assert "default" in await namespaces(temporal.start())
    assert "damaged" in capsys.readouterr().out
    assert list(temporal.file.parent.glob("temporal.damaged-*.db"))


async def test_puts_a_file_aside_that_only_the_server_finds_damaged(temporal: Temporal):
    temporal.kill()
    for tail in ("-wal", "-shm"):
        temporal.file.with_name(temporal.file.name + tail).unlink(missing_ok=True)
    temporal.file.write_bytes(b"SQLite format 3\0" + b"\x10\x00" + b"junk" * 5000)
    assert "default" in await namespaces(temporal.start())
    assert list(temporal.file.parent.glob("temporal.damaged-*.db"))


async def test_an_orderly_end_is_an_end(temporal: Temporal):
    temporal.stop()
    assert not temporal.running()
    assert not temporal.ready()
