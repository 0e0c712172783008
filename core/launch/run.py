"""`make run`: from a fresh checkout to a page that answers, kept running until somebody stops it."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.launch import environment, instance, interrupt, ports, programs, say, servers, setup
from core.launch.alone import Lock, alone
from core.launch.home import CHECKOUT, Home
from core.launch.instance import Instance
from core.launch.programs import Program
from core.launch.say import Step, Trouble
from core.launch.supervisor import Supervisor, end_orphans

READY_WITHIN = 120.0


def run() -> None:
    interrupt.install()
    ours = instance.read()
    with alone(ours) as lock:
        setup.check_room(ours.home)
        end_orphans(ours.home.parts)
        ports.require(ours.host, ours.port)
        setup.set_up("run", ours.home)
        serve(ours, lock)


def serve(ours: Instance, lock: Lock) -> None:
    supervisor = Supervisor(ours.home.parts)
    parent = os.getppid()
    try:
        start(ours, supervisor, lock)
        supervisor.until(lambda: _left_alone(parent))
        say.line("The `make` that started this is gone, so it ends as well.")
    except interrupt.Stop:
        if not lock.ready:
            raise
    finally:
        end(ours, supervisor, lock)


def _left_alone(parent: int) -> bool:
    """When make alone is killed, nobody could stop us by its terminal any more."""
    return "MAKELEVEL" in os.environ and os.getppid() != parent


def start(ours: Instance, supervisor: Supervisor, lock: Lock) -> None:
    prepared = servers.prepare(ours)
    servers.start(prepared, supervisor)
    env = instance.children(ours, prepared.database_url, prepared.temporal_address)
    python = environment.python()
    migrate(programs.migrations(python, ours.home, env), supervisor)
    with Step("Starting the application") as step:
        parts = [programs.api(python, ours, env), programs.worker(python, ours, env)]
        for part in parts:
            supervisor.launch(part)
        wait_until_it_answers(ours, supervisor, parts, step)
    lock.write(ready=True)
    welcome(ours, supervisor, env)


def migrate(program: Program, supervisor: Supervisor) -> None:
    with Step("Database tables") as step:
        run_beside(program, supervisor, step)
        program.require_success()


def run_beside(program: Program, supervisor: Supervisor, step: Step | None = None) -> None:
    """A short program, waited for while everything else is kept running; its latest line is the step's progress."""
    program.launch()
    try:
        while program.running():
            if step:
                step.progress(program.last_words(1))
            supervisor.pause()
    finally:
        program.stop()


def wait_until_it_answers(
    ours: Instance, supervisor: Supervisor, parts: Sequence[Program], step: Step
) -> None:
    for part in parts:
        try:
            supervisor.wait_ready(part, step, within=READY_WITHIN)
        except Trouble as error:
            raise Trouble(f"{error.what}\n{state_of(ours)}".strip(), error.cure) from error


def state_of(ours: Instance) -> str:
    """What the application itself says is missing."""
    try:
        with urllib.request.urlopen(f"{ours.local_url}/readyz", timeout=2) as answer:
            return f"/readyz says: {answer.read(600).decode(errors='replace')}"
    except urllib.error.HTTPError as error:
        return f"/readyz says: {error.read(600).decode(errors='replace')}"
    except OSError:
        return ""


def welcome(ours: Instance, supervisor: Supervisor, env: Mapping[str, str]) -> None:
    """From the second start on the address comes first, and the demo is brought up to date behind it."""
    known = bool(sign_in(ours.home))
    if known:
        say_where(ours)
    if (CHECKOUT / "demo").exists():
        fill_demo(programs.demo(environment.python(), ours, env), supervisor, quietly=known)
    if not known:
        say_where(ours)


def fill_demo(program: Program, supervisor: Supervisor, *, quietly: bool) -> None:
    if quietly:
        run_beside(program, supervisor)
    else:
        with Step("Demo workspace") as step:
            run_beside(program, supervisor, step)
    try:
        program.require_success()
    except Trouble as error:
        say.warn("The demo workspace could not be filled; everything else works.")
        say.trouble(error)


def say_where(ours: Instance) -> None:
    known = sign_in(ours.home)
    say.line()
    say.line(f"  Mainspring is running: {say.paint(ours.url, say.BOLD)}")
    if known:
        say.line(f"  Sign in with           {known['email']}   {known['password']}")
        say.line(f"  (these and the API keys are in {shown(ours.home.demo)})")
    say.line(f"  Logs are in {shown(ours.home.logs)}. Ctrl-C stops it; all data stays.")
    say.line()


def sign_in(home: Home) -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads(home.demo.read_text())
    except (OSError, ValueError):
        return {}
    return known if {"email", "password"} <= known.keys() else {}


def shown(path: Path) -> str:
    """Short when it lies in the checkout."""
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else str(path)


def end(ours: Instance, supervisor: Supervisor, lock: Lock) -> None:
    """In reverse order: whoever uses another part ends before it."""
    interrupt.stopping()
    lock.write(ending=True)
    if supervisor.empty:
        return
    with Step("Stopping"):
        supervisor.stop()
    say.line(f"  All data stays in {shown(ours.home.root)}; `make run` goes on from there.")
