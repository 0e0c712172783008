"""Records histories from real runs, for the replay test: `make histories`.

What is encrypted on its way is written down in clear: it holds ids and instants only, and a reviewer can read it.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from core import logs
from core.db import Database, configure
from core.launch import ports
from core.launch.temporal import binary
from core.settings import Settings, instance_secret
from core.temporal import Encryption
from domain.ids import new_id
from tests import postgres
from tests.engine.running import running
from tests.histories.scenes import LONG_SCENES, SCENES, Lived
from tests.temporal import address, make_namespace

HERE = Path(__file__).parent
FEW = 60  # events after which the second server asks for a new history


async def main(run: Path) -> None:
    database = configure(Database(postgres.database(run, "histories")))
    try:
        await record(run, address(), SCENES)
        async with impatient_server(run) as second:
            await record(run, second, LONG_SCENES)
    finally:
        await database.close()
        postgres.finish(run)


async def record(run: Path, temporal: str, scenes: Sequence[Any]) -> None:
    namespace = f"histories-{new_id().hex[-12:]}"
    await make_namespace(temporal, namespace)
    config = Settings(temporal_address=temporal, temporal_namespace=namespace, mainspring_home=run / "home")
    async with running(config) as engine:
        for scene in scenes:
            print(scene.__name__.replace("_", " "), flush=True)  # noqa: T201
            for lived in await scene(engine):
                await keep(engine.client, lived, Encryption(instance_secret(config.mainspring_home)))


async def keep(client: Client, lived: Lived, codec: Encryption) -> None:
    history = await client.get_workflow_handle(lived.workflow_id, run_id=lived.run_id).fetch_history()
    document = {"workflow_id": lived.workflow_id, **await _readable(history.to_json_dict(), codec)}
    (HERE / f"{lived.name}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


async def _readable(node: Any, codec: Encryption) -> Any:
    """Payloads opened, and the names of this machine taken out."""
    if isinstance(node, list):
        return [await _readable(one, codec) for one in node]
    if not isinstance(node, dict):
        return node
    if "data" in node and "encoding" in node.get("metadata", {}):
        (opened,) = await codec.decode([ParseDict(node, Payload())])
        return MessageToDict(opened)
    plain = {name: await _readable(value, codec) for name, value in node.items()}
    if "identity" in plain:
        plain["identity"] = "worker"
    if plain.get("kind") == "TASK_QUEUE_KIND_STICKY":
        plain["name"] = "sticky"
    return plain


@asynccontextmanager
async def impatient_server(run: Path) -> AsyncGenerator[str]:
    """A second Temporal, which asks for a new history so soon that one can be recorded."""
    port = ports.free(None)
    limit = f"limit.historyCount.suggestContinueAsNew={FEW}"
    command = [
        str(binary.ensure(run / "temporal.log")),
        "server",
        "start-dev",
        "--headless",
        "--ip",
        "127.0.0.1",
    ]
    command += ["--port", str(port), "--dynamic-config-value", limit, "--log-level", "error"]
    server = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)
    try:
        await _until_it_answers(f"127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        await server.wait()


async def _until_it_answers(address: str) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await Client.connect(address)
            except RuntimeError:
                await asyncio.sleep(0.2)
            else:
                return


if __name__ == "__main__":
    logs.configure("warning")
    os.environ.setdefault("MAINSPRING_TEST_RUN", tempfile.mkdtemp(prefix="mainspring-tests-"))
    asyncio.run(main(Path(os.environ["MAINSPRING_TEST_RUN"])))
