"""The compose file, as far as it can be proved without an engine: what it names exists, what it runs would run."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings
from core.temporal import CLOCK, MAIN

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("build")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)")
# Read by the launcher or by Compose alone, not by the application.
READ_BY_UVICORN = {"FORWARDED_ALLOW_IPS"}
NOT_SETTINGS = {"MAINSPRING_CACHE", "POSTGRES_PASSWORD", "TEMPORAL_POSTGRES_PASSWORD", *READ_BY_UVICORN}


def compose_plugin() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


def test_has_every_part_of_the_production_shape():
    assert {"postgres", "temporal", "migrate", "api", "worker", "worker-clock", "mailpit"} <= SERVICES.keys()
    assert SERVICES["postgres"]["image"].startswith("postgres:18.")
    assert SERVICES["temporal"]["environment"]["DB"] == "postgres12"


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - OURS.keys()))
def test_foreign_images_are_pinned(name: str):
    tag = SERVICES[name]["image"].rpartition(":")[2]
    assert re.match(r"v?\d+\.\d+", tag), f"{name} floats: {tag}"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_a_service_refers_to_exists(name: str):
    service = SERVICES[name]
    assert service.get("depends_on", {}).keys() <= SERVICES.keys()
    volumes = {volume.partition(":")[0] for volume in service.get("volumes", [])}
    assert volumes <= COMPOSE["volumes"].keys()
    assert {config["source"] for config in service.get("configs", [])} <= COMPOSE["configs"].keys()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_whoever_is_waited_for_healthy_says_whether_it_is(name: str):
    waited = [
        n for n, how in SERVICES[name].get("depends_on", {}).items() if how["condition"] == "service_healthy"
    ]
    for other in waited:
        assert "healthcheck" in SERVICES[other], f"{name} would wait for {other} for ever"


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_application_gets_only_settings_that_it_knows(name: str):
    given = OURS[name]["environment"].keys() - READ_BY_UVICORN
    assert {variable.lower() for variable in given} <= Settings.model_fields.keys()


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_application_gets_settings_that_it_accepts(name: str, monkeypatch: pytest.MonkeyPatch):
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, re.sub(r"\$\{\w+:?[-?]?([^}]*)\}", r"\1", value))
    settings = Settings()  # pyright: ignore[reportCallIssue]
    assert settings.temporal_address == "temporal:7233"
    assert settings.database_url.endswith("@postgres:5432/mainspring")


@pytest.mark.parametrize("name", sorted(OURS))
def test_what_the_application_runs_is_in_the_image(name: str):
    program, *arguments = SERVICES[name]["command"]
    assert program in {"python", "uvicorn", "alembic"}
    files = [argument for argument in arguments if argument.endswith(".py")]
    ignored = (ROOT / ".dockerignore").read_text().split()
    for file in files:
        assert (ROOT / file).exists()
        assert f"!{file}" in ignored
    if program == "uvicorn":
        module = arguments[0].partition(":")[0].replace(".", "/")
        assert (ROOT / f"{module}.py").exists()


def test_the_workers_together_serve_every_queue():
    served: set[str] = set()
    for service in OURS.values():
        command = service["command"]
        if "worker.py" in command:
            served |= set(command[command.index("--queues") + 1].split(","))
    assert served == {MAIN, CLOCK}


def test_one_worker_runs_all_loops_of_the_engine():
    commands = [service["command"] for service in OURS.values() if "worker.py" in service["command"]]
    assert [command for command in commands if "--loops" not in command]


def test_every_variable_is_explained_in_the_example():
    used = set(VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^#?(\w+)=", EXAMPLE, re.MULTILINE))
    assert used <= explained
    assert {name.lower() for name in explained - NOT_SETTINGS} <= Settings.model_fields.keys()


def test_nothing_but_the_pages_can_be_reached_from_another_machine():
    for name, service in SERVICES.items():
        open_ports = [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
        assert not open_ports or name == "api"


def test_the_image_is_pinned_locked_and_runs_without_root():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)
    assert "--require-hashes" in DOCKERFILE
    assert "npm ci --ignore-scripts" in DOCKERFILE
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}


def test_the_image_copies_only_what_exists():
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in shlex.split(line)[:-1]:
            assert (ROOT / source).exists(), source


def test_the_image_holds_no_state_and_no_secret_of_this_checkout():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert "*" in ignored
    for private in (".env", ".mainspring", ".git", "tests", ".venv"):
        assert f"!{private}" not in ignored


@pytest.mark.skipif(not compose_plugin(), reason="the docker client has no compose plug-in here")
def test_compose_itself_accepts_the_file():
    passwords = {"POSTGRES_PASSWORD": "one", "TEMPORAL_POSTGRES_PASSWORD": "two"}
    subprocess.run(
        ["docker", "compose", "config", "--quiet"], cwd=ROOT, env={**os.environ, **passwords}, check=True
    )


def test_every_worker_is_asked_where_it_listens():
    for name, service in OURS.items():
        if "worker.py" in service["command"]:
            port = service["environment"]["WORKER_LISTEN"].rpartition(":")[2]
            assert f"127.0.0.1:{port}/healthz" in service["healthcheck"]["test"][-1], name
