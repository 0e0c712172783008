"""Temporal for the tests: the server that TEMPORAL_ADDRESS names; each test process works in a namespace of its own."""

import asyncio
import os
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode


def address() -> str:
    """Where the server is; `make test` starts one for the whole run."""
    return os.environ["TEMPORAL_ADDRESS"]


async def make_namespace(address: str, name: str) -> None:
    """Register a namespace and wait until it can be used; a new one takes the server a moment."""
    client = await Client.connect(address)
    request = RegisterNamespaceRequest(
        namespace=name,
        workflow_execution_retention_period=Duration(seconds=int(timedelta(days=1).total_seconds())),
    )
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    scoped = await Client.connect(address, namespace=name)
    async with asyncio.timeout(30):
        while not await _usable(scoped):  # noqa: ASYNC110 -- the server tells nobody when it is ready
            await asyncio.sleep(0.1)


async def _usable(client: Client) -> bool:
    try:
        async for _ in client.list_workflows(page_size=1):
            break
    except RPCError:
        return False
    return True
