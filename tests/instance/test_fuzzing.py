"""Schemathesis over every route of a business that lives: people, an automation with somebody inside, mail, an import, a
simulation. With nothing there, most routes would only ever answer 404; `tests/api/test_openapi.py` does that part."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.permissions import PERMISSIONS
from tests.instance.conftest import Instance
from tests.instance.people import make_key, sign_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EXAMPLES = int(os.environ.get("MAINSPRING_FUZZ_EXAMPLES", "10"))
SEED = os.environ.get("MAINSPRING_FUZZ_SEED", "1")
OWN = "/me/(sessions|password)$"  # what only a person has
OFTEN = 0.8  # how often an id is one that exists
MAIL = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ contact.first_name }}</mj-text></mj-column></mj-section></mj-body></mjml>"
SERIES: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "started"}, "again": "always"},
    "start": "hello",
    "nodes": {
        "hello": {
            "kind": "send_email",
            "subject": "Hi",
            "body": MAIL,
            "topic": "transactional",
            "next": "pause",
        },
        "pause": {"kind": "wait", "for": "P3D", "next": None},
    },
}
# A message can be sent again or settled when it failed or is in doubt, and here all of them arrive.
UNREACHABLE = {
    "POST /api/v1/messages/{message_id}/retry",
    "POST /api/v1/messages/{message_id}/resolve",
}
Ids = dict[str, list[str]]


def test_the_fuzzer_finds_nothing_in_a_business_that_lives(instance: Instance, tmp_path: Path) -> None:
    instance.wait()
    with httpx.Client(base_url=f"{instance.url}", follow_redirects=True, timeout=30) as person:
        token = sign_up(person)
        key = make_key(person, token, *PERMISSIONS)
        cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    with httpx.Client(base_url=f"{instance.url}/api/v1", headers=key, timeout=30) as api:
        (tmp_path / "schemathesis.toml").write_text(configuration(business(api)))
    # connections would be tried at any address that it makes up
    said = fuzz(instance, tmp_path, key, "--exclude-path-regex", f"/connections/|{OWN}")
    if missed := unreached(said) - UNREACHABLE:  # ten made-up ids in a row happen, twice in a row they do not
        paths = (word for operation in missed for word in ("--include-path", operation.split()[1]))
        assert not missed & unreached(fuzz(instance, tmp_path, key, *paths, seed=f"{SEED}1"))
    # a person is known by a cookie, of which the description of the API does not speak
    as_a_person = {"Cookie": cookie, "X-CSRF-Token": token}
    unspoken = "ignored_auth,missing_required_header,negative_data_rejection"
    fuzz(instance, tmp_path, as_a_person, "--include-path-regex", OWN, "--exclude-checks", unspoken)
    assert instance.ready(), "and what it left behind is borne by the worker"


def fuzz(instance: Instance, folder: Path, headers: dict[str, str], *options: str, seed: str = SEED) -> str:
    """Asks every route many times; what Schemathesis said about the answers."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{instance.url}/api/v1/openapi.json"),
        *(word for name, value in headers.items() for word in ("--header", f"{name}: {value}")),
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", seed),
        # one worker, for the reason told in `tests/api/test_openapi.py`
        *("--workers", "1", "--no-color", *options),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-12000:]
    return done.stdout


def business(api: httpx.Client) -> Ids:
    """What lives in it, by the name of the parameter that takes its id."""
    contacts = [
        made(api, "contacts", {"email": f"p{n}@example.com", "first_name": f"P{n}"}) for n in range(12)
    ]
    automations = [made(api, "automations", {"name": f"Series {n}", "definition": SERIES}) for n in range(6)]
    for automation in automations[:4]:
        assert api.post(f"/automations/{automation}/publish", json={}).status_code == 200
    events = [{"name": "started", "contact": {"id": contact}} for contact in contacts[:4]]
    assert api.post("/events", json={"events": events}).json()["accepted"] == len(events)
    simulations = [
        made(api, f"automations/{automations[0]}/simulate", {"contact_id": contact})
        for contact in contacts[:3]
    ]
    people = "email,first_name\na@example.com,Ada\nbroken,Bo\n"
    imports = [
        api.post("/contacts/import", files={"file": (f"{n}.csv", people, "text/csv")}).json()["id"]
        for n in range(3)
    ]
    fields = [made(api, "custom-fields", {"name": f"field_{n}", "type": "text"}) for n in range(3)]
    invited = [
        made(api, "team/invitations", {"email": f"t{n}@example.com", "role": "viewer"}) for n in range(3)
    ]
    keys = [made(api, "api-keys", {"name": f"Key {n}", "scopes": ["contacts:read"]}) for n in range(3)]
    return {
        "contact_id": contacts,
        "automation_id": automations,
        "simulation_id": simulations,
        "import_id": imports,
        "custom_field_id": fields,
        "invitation_id": invited,
        "api_key_id": keys,
        "member_id": listed(api, "team/members", lambda found: len(found) > 0),
        "message_id": listed(api, "messages", lambda found: len(found) == 16),
        "process_id": listed(api, "processes", lambda found: len(found) >= 4),
    }


def made(api: httpx.Client, path: str, body: dict[str, Any]) -> str:
    answer = api.post(f"/{path}", json=body)
    assert answer.status_code in {201, 202}, answer.text
    return answer.json()["id"]


def listed(api: httpx.Client, path: str, enough: Callable[[list[str]], bool]) -> list[str]:
    """The ids of what came about by itself, once it has."""
    until = time.monotonic() + 60
    while not enough(ids := [one["id"] for one in api.get(f"/{path}").json()["items"]]):
        assert time.monotonic() < until, f"{path}: {ids}"
        time.sleep(0.1)
    return ids


def unreached(said: str) -> set[str]:
    """The operations that only ever answered that there is no such thing."""
    _before, found, rest = said.partition("Missing test data")
    return (
        set(re.findall(r"^  - (\w+ /\S+)$", rest.partition("\nSchema validation")[0], re.MULTILINE))
        if found
        else set()
    )


def configuration(ids: Ids) -> str:
    """In TOML, whose texts and lists are JSON's."""
    lines = [f"dictionaries.{name} = {{ values = {json.dumps(values)} }}" for name, values in ids.items()]
    lines += [
        f'parameters."{place}.{name}" = {{ dictionary = "{name}", probability = {OFTEN} }}'
        for name in ids
        for place in ("path", "query", "body")
    ]
    return "\n".join(lines)
