"""What ran yesterday goes on today: every recorded history fits the workflows of now.

One that does not means that processes which run at customers would stop. Mend the workflow (`workflow.patched`), and record
anew (`make histories`) only what no customer can have running.
"""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from core.temporal import converter, sandbox
from domain.processes import Start
from worker import WORKFLOWS
from workflows.finish import Finish

RECORDED = sorted(Path(__file__).parent.glob("*.json"))
A_KEY = bytes(32)  # none is needed: what was recorded is in clear
CONTINUED = {"cohort", "schedule"}  # live so long that they continue as new


def read(path: Path) -> tuple[str, dict[str, Any]]:
    document = json.loads(path.read_text())
    return document["workflow_id"], {"events": document["events"]}


def replayer(*workflows: type) -> Replayer:
    return Replayer(
        workflows=workflows,
        workflow_runner=sandbox(),
        interceptors=[Finish()],
        data_converter=converter(A_KEY),
    )


def kind_of(path: Path) -> str:
    _, history = read(path)
    return history["events"][0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]


def ended_as(path: Path) -> str:
    _, history = read(path)
    return history["events"][-1]["eventType"]


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_it_fits_the_workflows_of_now(path: Path) -> None:
    history = WorkflowHistory.from_json(*read(path))
    await replayer(*WORKFLOWS).replay_workflow(history)


def test_every_kind_of_process_has_one() -> None:
    kinds = {str(workflow._Definition.must_from_class(one).name) for one in WORKFLOWS}
    missing = kinds - set(map(kind_of, RECORDED))
    assert not missing, (
        f"write a scene for {sorted(missing)} in tests/histories/scenes.py and run `make histories`"
    )


def test_those_that_live_long_have_one_that_was_continued() -> None:
    continued = {kind_of(path) for path in RECORDED if ended_as(path).endswith("EXECUTION_CONTINUED_AS_NEW")}
    assert continued == CONTINUED


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_it_holds_ids_and_nothing_personal(path: Path) -> None:
    """The people of the scenes are named Ada and have addresses at example.com; nothing of it may have come this far."""
    text = path.read_text()
    payloads = [base64.b64decode(one).decode() for one in _data(json.loads(text))]
    for said in (text, *payloads):
        assert not any(
            word in said for word in ("@", "Ada", "example.com", "customers.csv", "binary/encrypted")
        )


def _data(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for one in node for found in _data(one)]
    if not isinstance(node, dict):
        return []
    if "metadata" in node and "data" in node:
        return [node["data"]]
    return [found for one in node.values() for found in _data(one)]


@workflow.defn(name="cohort", sandboxed=False)
class _Changed:
    """A cohort of somebody who did not think of those that run."""

    @workflow.run
    async def run(self, _: Start) -> None:
        await workflow.sleep(timedelta(days=1))


async def test_a_change_that_would_stop_what_runs_is_told() -> None:
    path = next(path for path in RECORDED if kind_of(path) == "cohort")
    with pytest.raises(workflow.NondeterminismError):
        await replayer(_Changed).replay_workflow(WorkflowHistory.from_json(*read(path)))
