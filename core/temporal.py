"""Temporal: the client, what its payloads look like, and the sandbox that holds workflow code to its layer.

Payloads are encrypted, and so are the texts of failures, because an error message may quote what a person typed.
"""

import contextlib
import dataclasses
import functools
import os
from collections.abc import Sequence
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.service import RPCError
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from core.security import CannotOpen, instance_secrets
from core.settings import Settings

MAIN = "main"  # task queue of everything but the movers of sandbox clocks
CLOCK = "clock"  # each moving clock holds one activity slot for as long as it moves
RPC_TIMEOUT = timedelta(seconds=5)
_ENCODING = b"binary/encrypted"


class Encryption(PayloadCodec):
    """AES-256-GCM with a key derived from the instance's secret; what waits may have been sealed under one since retired."""

    def __init__(self, secret: bytes, *retired: bytes) -> None:
        self._ciphers = [AESGCM(_key(one)) for one in (secret, *retired)]

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        def seal(payload: Payload) -> Payload:
            nonce = os.urandom(12)
            data = nonce + self._ciphers[0].encrypt(nonce, payload.SerializeToString(), None)
            return Payload(metadata={"encoding": _ENCODING}, data=data)

        return [seal(p) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._open(p) if p.metadata.get("encoding") == _ENCODING else p for p in payloads]

    def _open(self, payload: Payload) -> Payload:
        for cipher in self._ciphers:
            with contextlib.suppress(InvalidTag):
                return Payload.FromString(cipher.decrypt(payload.data[:12], payload.data[12:], None))
        raise CannotOpen("a payload of Temporal was sealed under a secret that is not here")


def _key(secret: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"temporal payloads").derive(secret)


def converter(secret: bytes, *retired: bytes) -> DataConverter:
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=Encryption(secret, *retired),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    settings: Settings, interceptors: Sequence[Interceptor] = (), *, lazy: bool = False
) -> Client:
    """Raises RuntimeError while Temporal is away; a lazy client raises when it is first used, but cannot serve a worker."""
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=converter(*instance_secrets(settings.mainspring_home)),
        interceptors=interceptors,
        lazy=lazy,
    )


@functools.cache
def sandbox() -> SandboxedWorkflowRunner:
    """Workflow code may import `domain`, the two helpers of `workflows`, and nothing else that is ours."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(
        "domain",
        "workflows.act",
        "workflows.clock",
        "pydantic",
        "pydantic_core",
        "dateutil",
        "uuid_utils",
    )
    return SandboxedWorkflowRunner(restrictions=restrictions)


@dataclasses.dataclass(frozen=True, slots=True)
class Pending:
    """An activity that Temporal is trying."""

    activity: str
    attempt: int
    message: str | None


class Link:
    """One connection to Temporal, made when it is first needed; for asking, by processes that do no work."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Client | None = None

    async def client(self) -> Client:
        if self._client is None:
            self._client = await connect(self._settings)
        return self._client

    async def pending(self, workflow_id: str) -> Pending | None:
        """What a workflow is trying just now; None when it is nothing, or when nobody can be asked."""
        try:
            handle = (await self.client()).get_workflow_handle(workflow_id)
            description = await handle.describe(rpc_timeout=timedelta(seconds=1))
        except (RPCError, RuntimeError):
            return None
        for activity in description.raw_description.pending_activities:
            failure = activity.last_failure.message if activity.HasField("last_failure") else None
            return Pending(activity.activity_type.name, activity.attempt, failure)
        return None
