"""A stateful stand-in for the automation API, to build and test the canvas against: same addresses, same answers, no database.

It keeps drafts with revisions, finds faults, publishes versions, walks a person through a draft, renders mails with the
real libraries, and can be told to fail (`FakeApi.fail_next`). Run it by hand to look at the canvas:
    python -m tests.browser.fake_automation_api --dist web/static/dist --port 8123
"""

import argparse
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mrml
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from domain.calendars import Duration
from tests.browser import canvas_samples as samples
from tests.browser.canvas_samples import Json

CSRF = "a-token-of-the-session"
NOW = datetime(2026, 11, 21, 7, 14, tzinfo=UTC)
POLICY = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class Refused(Exception):  # noqa: N818 -- named as the sentence that it is
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass
class Automation:
    id: str
    name: str
    draft: Json
    state: str = "draft"
    revision: int = 1
    versions: list[Json] = field(default_factory=list)
    overdue: int = 0

    @property
    def live(self) -> Json | None:
        return self.versions[-1] if self.versions else None


@dataclass
class Fault:
    method: str
    path: str
    status: int
    times: int


# -- what the real engine does in `domain/`


def targets(node: Json) -> Iterator[tuple[str, str | None]]:
    """Where each line of a node is written, and where it leads."""
    if node["kind"] == "leave":
        return
    for index, path in enumerate(node.get("paths") or []):
        yield f"paths.{index}", path.get("next")
    if node["kind"] == "branch":
        yield "else", node.get("else")
    if "paths" not in node:
        yield "next", node.get("next")
    for outlet in ("on_timeout", "on_failure"):
        if outlet in node:
            yield outlet, node.get(outlet)


def faults_of(definition: Json) -> list[Json]:
    found: list[Json] = []
    trigger = (definition.get("entry") or {}).get("trigger")
    if not trigger:
        found.append({"node": None, "field": "entry.trigger", "message": "Choose what lets people in."})
    elif trigger["kind"] == "event" and not trigger.get("event"):
        found.append({"node": None, "field": "entry.trigger.event", "message": "Choose which event."})
    if not definition.get("start"):
        found.append({"node": None, "field": "start", "message": "Add a first step."})
    for node_id, node in (definition.get("nodes") or {}).items():
        found += [
            {"node": node_id, "field": name, "message": message} for name, message in _node_faults(node)
        ]
    return found + _circles(definition)


def _node_faults(node: Json) -> Iterator[tuple[str, str]]:
    known = next((step for step in samples.STEPS if step["kind"] == node["kind"]), None)
    words = {
        "sender": "Choose a sender number for SMS.",
        "subject": "Write a subject.",
        "tag": "Choose a tag.",
    }
    for name in (known or {}).get("schema", {}).get("required", []):
        if not node.get(name):
            yield name, words.get(name, f"Fill in “{known['schema']['properties'][name]['title']}”.")  # type: ignore[index]
    if node["kind"] == "branch":
        for index, path in enumerate(node["paths"]):
            if not path.get("when"):
                yield f"paths[{index}].when", "Say who goes this way."
            elif '"event": ""' in json.dumps(path["when"]):
                yield f"paths[{index}].when.all[1].event", "String should have at least 1 character."
    if node["kind"] == "wait_until" and not node.get("until"):
        yield "until", "Say what to wait for."


def _circles(definition: Json) -> list[Json]:
    """A step that leads back to itself without a wait on the way."""
    nodes = definition.get("nodes") or {}

    def returns(start: str) -> bool:
        seen, ahead = set[str](), [start]
        while ahead:
            node = nodes[ahead.pop()]
            if node["kind"] in ("wait", "wait_until"):
                continue
            for _, target in targets(node):
                if target == start:
                    return True
                if target in nodes and target not in seen:
                    seen.add(target)
                    ahead.append(target)
        return False

    message = "This goes round in a circle without a wait. Put a wait between."
    return [{"node": node_id, "field": None, "message": message} for node_id in nodes if returns(node_id)][:1]


def changes_between(before: Json | None, after: Json) -> list[Json]:
    old, new = (before or {}).get("nodes", {}), after.get("nodes", {})
    title = lambda node: node.get("name") or node["kind"].replace("_", " ")  # noqa: E731
    changes = [
        {"kind": "added", "node": key, "text": f"{title(node)}"}
        for key, node in new.items()
        if key not in old
    ]
    changes += [
        {"kind": "changed", "node": key, "text": f"{title(node)}"}
        for key, node in new.items()
        if key in old and node != old[key]
    ]
    changes += [
        {"kind": "removed", "node": key, "text": f"{title(node)}"}
        for key, node in old.items()
        if key not in new
    ]
    rest = {name: value for name, value in after.items() if name != "nodes"}
    if before is not None and rest != {name: value for name, value in before.items() if name != "nodes"}:
        changes.append({"kind": "changed", "node": None, "text": "Start, goal or entry rules"})
    return changes


def walk(definition: Json) -> list[Json]:
    """The first path of every split; waits last as long as they say."""
    path: list[Json] = [
        {"node": None, "at": NOW.isoformat(), "until": None, "why": "The order was paid.", "edge": "start"}
    ]
    at, here = NOW, definition.get("start")
    for _ in range(60):
        node = definition["nodes"].get(here) if here else None
        if node is None:
            break
        visit = {
            "node": here,
            "at": at.isoformat(),
            "until": None,
            "why": None,
            "edge": next(iter(targets(node)), ("",))[0],
        }
        if node["kind"] in ("wait", "wait_until"):
            at += Duration.parse(node.get("for") or node.get("timeout") or "P1D").elapsed
            visit["until"] = at.isoformat()
        if node["kind"] == "wait_until":
            visit |= {"edge": "on_timeout", "why": "Nothing of it is known to happen, so the time runs out."}
        if node["kind"] == "branch":
            visit["why"] = "Opened it on 21 November at 09:12."
        path.append(visit)
        here = dict(targets(node)).get(str(visit["edge"]))
    return path


def preview_of(mail: Json, contact: Json | None) -> Json:
    person = {"first_name": "Alex", "last_name": "Example", "email": "alex@example.com"} | (contact or {})
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    problems: list[Json] = []
    if mail["body"] and "unsubscribe_url" not in mail["body"]:
        message = "There is no link to unsubscribe; one is put at the end."
        problems.append({"line": 0, "message": message, "severity": "info"})

    def rendered(text: str) -> str:
        try:
            return environment.from_string(text).render(contact=person)
        except TemplateSyntaxError as error:
            problems.append({"line": error.lineno, "message": f"{error.message}.", "severity": "error"})
        except TemplateError as error:
            name = str(error).split("'")[-2]
            line = next((n for n, one in enumerate(text.split("\n"), 1) if name in one), 0)
            problems.append({"line": line, "message": f"Nobody has “{name}”.", "severity": "error"})
        return text

    body = rendered(mail["body"])
    plain = mrml.RenderOptions(fonts={})  # mjml would fetch its fonts from elsewhere
    html = mrml.to_html(body, render_options=plain).content if "<mjml" in body else body
    return {"subject": rendered(mail["subject"]), "html": html, "text": "", "problems": problems}


# -- the API itself


NOBODY_MOVES: Json = {
    "moves_now": 0,
    "at_once": 0,
    "elsewhere": 0,
    "leaving": 0,
    "messages": 0,
    "confirm": None,
}


class FakeApi:
    """The state of one server; tests look into it and change it from outside."""

    def __init__(self) -> None:
        self.automations: dict[str, Automation] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.numbers: Json = deepcopy(samples.NUMBERS)
        self.test_mails: list[Json] = []
        self.moves: Json = {}
        self.erased = 0
        self.reset()

    def reset(self) -> None:
        versions = [
            {
                "number": number,
                "name": name,
                "published_at": f"2026-{number + 3:02d}-04T09:30:00Z",
                "published_by": "Maya Lind",
            }
            for number, name in [(5, "First try"), (6, None), (7, "Autumn")]
        ]
        for version in versions:
            version["definition"] = deepcopy(samples.LIVE)
        versions[0]["definition"]["nodes"]["pause"]["for"] = "P1D"
        made = [
            Automation("welcome", "Welcome new customers", samples.draft(), "live", 41, versions),
            Automation("blank", "Untitled automation", {}),
            Automation("long", "A very long one", samples.long_definition()),
        ]
        self.automations = {automation.id: automation for automation in made}
        self.faults.clear()
        self.requests.clear()
        self.numbers = deepcopy(samples.NUMBERS)
        self.test_mails.clear()
        self.moves = NOBODY_MOVES
        self.erased = 0

    def fail_next(self, method: str, path: str, *, status: int, times: int = 1) -> None:
        """The next so many of these requests are answered with this status."""
        self.faults.append(Fault(method, path, status, times))

    def fault_for(self, method: str, path: str) -> int | None:
        for fault in self.faults:
            if fault.times and fault.method == method and path.endswith(fault.path):
                fault.times -= 1
                return fault.status
        return None

    def automation(self, automation_id: str) -> Automation:
        if automation_id not in self.automations:
            raise Refused(404, "There is no such automation.")
        return self.automations[automation_id]

    def shown(self, automation: Automation) -> Json:
        live = automation.live
        return {
            "id": automation.id,
            "name": automation.name,
            "state": automation.state,
            "definition": automation.draft,
            "revision": automation.revision,
            "version": live["number"] if live else None,
            "unpublished": len(changes_between(live["definition"], automation.draft)) if live else 0,
            "problems": faults_of(automation.draft),
            "overdue": automation.overdue if automation.state == "held" else 0,
        }

    def save(self, automation: Automation, body: Json) -> None:
        if body.get("revision") not in (None, automation.revision):
            raise Refused(409, "Somebody else changed this automation meanwhile.")
        automation.name = body.get("name", automation.name)
        automation.draft = body["definition"]
        automation.revision += 1

    def changes(self, automation: Automation) -> Json:
        live = automation.live
        return {
            "changes": changes_between(live["definition"] if live else None, automation.draft),
            "problems": faults_of(automation.draft),
            "inside": self.numbers["inside"] if live else 0,
            "next_version": (live or {"number": 0})["number"] + 1,
            **self.moves,
        }

    def publish(self, automation: Automation, body: Json) -> int:
        if faults_of(automation.draft):
            raise Refused(422, "Some steps are not ready.")
        number = (automation.live or {"number": 0})["number"] + 1
        automation.versions.append(
            {
                "number": number,
                "name": body.get("name"),
                "published_at": NOW.isoformat(),
                "published_by": "Maya Lind",
                "definition": deepcopy(automation.draft),
            }
        )
        automation.state = "live"
        return number


def _counted(fake: FakeApi, node: str | None, state: str, edge: str | None) -> int:
    if edge:
        return int(fake.numbers["edges"].get(edge, 0))
    if node is None and state == "failed":
        return sum(int(one["failed"]) for one in fake.numbers["nodes"].values())
    figures = fake.numbers["nodes"].get(node, {}) if node else fake.numbers
    return int(figures.get("waiting" if node and state == "inside" else state, 0))


def _people(fake: FakeApi, node: str | None, state: str, edge: str | None, cursor: str | None) -> Json:
    start = int(cursor or 0)
    total = max(0, _counted(fake, node, state, edge) - fake.erased)
    items: list[Json] = []
    for index in range(start, min(start + 20, total)):
        first, last = samples.NAMES[index % len(samples.NAMES)]
        wakes = (NOW + timedelta(hours=6 * index + 2)).isoformat() if state == "inside" else None
        items.append(
            {
                "contact_id": f"0199-{index:04d}",
                "name": f"{first} {last}",
                "email": f"{first.lower()}{index}@example.com",
                "since": (NOW - timedelta(hours=3 * index)).isoformat(),
                "wakes_at": wakes,
                "reason": "The address does not exist." if state == "failed" else None,
            }
        )
    return {"items": items, "next": str(start + 20) if start + 20 < total else None}


def _automation_routes(api: APIRouter, fake: FakeApi) -> None:
    @api.get("/automations/{automation_id}")
    async def show(automation_id: str) -> Json:
        return fake.shown(fake.automation(automation_id))

    @api.put("/automations/{automation_id}/draft")
    async def save(automation_id: str, request: Request) -> Json:
        automation = fake.automation(automation_id)
        fake.save(automation, await request.json())
        return fake.shown(automation)

    @api.get("/automations/{automation_id}/changes")
    async def changes(automation_id: str) -> Json:
        return fake.changes(fake.automation(automation_id))

    @api.post("/automations/{automation_id}/publish")
    async def publish(automation_id: str, request: Request) -> Json:
        return {"version": fake.publish(fake.automation(automation_id), await request.json())}

    @api.get("/automations/{automation_id}/versions")
    async def versions(automation_id: str) -> Json:
        return {"items": fake.automation(automation_id).versions[::-1], "next": None}


def _life_routes(api: APIRouter, fake: FakeApi) -> None:
    simulations: list[Json] = []

    @api.get("/automations/{automation_id}/numbers")
    async def numbers(automation_id: str) -> Json:
        return fake.numbers

    @api.get("/automations/{automation_id}/people")
    async def people(
        automation_id: str,
        state: str = "inside",
        node: str | None = None,
        edge: str | None = None,
        cursor: str | None = None,
    ) -> Json:
        return _people(fake, node, state, edge, cursor)

    @api.post("/messages/retry")
    async def retry(request: Request) -> Json:
        """Each succeeds this time."""
        node = fake.numbers["nodes"][(await request.json())["node"]]
        count, node["failed"] = node["failed"], 0
        return {"count": count, "held": 0}

    @api.post("/automations/{automation_id}/simulate", status_code=202)
    async def simulate(automation_id: str) -> Json:
        simulations.append({"polls": 0, "path": walk(fake.automation(automation_id).draft)})
        return {"id": str(len(simulations) - 1)}

    @api.get("/simulations/{simulation_id}")
    async def simulation(simulation_id: int) -> Json:
        """Still running when it is asked for the first time."""
        one = simulations[simulation_id]
        one["polls"] += 1
        return {"state": "finished", "path": one["path"]} if one["polls"] > 1 else {"state": "running"}

    @api.post("/automations/{automation_id}/{verb}")
    async def turn(automation_id: str, verb: str) -> Json:
        automation = fake.automation(automation_id)
        automation.state = {"hold": "held", "release": "live", "archive": "archived"}[verb]
        return fake.shown(automation)


def _other_routes(api: APIRouter, fake: FakeApi) -> None:
    @api.get("/catalogue")
    async def catalogue() -> Json:
        return samples.CATALOGUE

    @api.post("/emails/preview")
    async def preview(request: Request) -> Json:
        mail = await request.json()
        contact = next((one for one in samples.contacts() if one["id"] == mail.get("contact_id")), None)
        return preview_of(mail, contact)

    @api.post("/emails/test", status_code=202)
    async def send_test(request: Request) -> Json:
        fake.test_mails.append(await request.json())
        return {}

    @api.get("/contacts")
    async def contacts(q: str = "", limit: int = 8) -> Json:
        found = [
            one for one in samples.contacts() if q.lower() in json.dumps(one, ensure_ascii=False).lower()
        ]
        return {"items": found[:limit], "next": None}


def routes(fake: FakeApi) -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for add in (_automation_routes, _life_routes, _other_routes):
        add(api, fake)
    return api


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="icons" content="{icons}"><link rel="icon" href="data:,">
{styles}<script type="module" src="{script}"></script></head>
<body class="ms-editor-page"><main class="ms-editor"><automation-editor automation-id="{id}" csrf="{csrf}" can-edit="{can_edit}"
 workspace-zone="Europe/Berlin" person="Maya" person-email="maya@fernhill.example"><h1>{name}</h1></automation-editor></main></body></html>"""


def _page(fake: FakeApi, dist: Path, automation_id: str, can_edit: str) -> str:
    files: dict[str, str] = json.loads((dist / "manifest.json").read_text())["files"]
    asset: Callable[[str], str] = lambda name: f"/static/{files[name]}"  # noqa: E731
    styles = "".join(
        f'<link rel="stylesheet" href="{asset(name)}">' for name in ("app.css", "automation.css")
    )
    return PAGE.format(
        id=automation_id,
        name=fake.automations[automation_id].name if automation_id in fake.automations else "Automation",
        csrf=CSRF,
        can_edit=can_edit,
        icons=asset("icons.svg"),
        script=asset("automation.js"),
        styles=styles,
    )


def create_app(fake: FakeApi, dist: Path) -> FastAPI:
    app = FastAPI()
    app.include_router(routes(fake))
    app.mount("/static", StaticFiles(directory=dist))

    @app.get("/automations/{automation_id}")
    async def page(automation_id: str, can_edit: str = "true") -> HTMLResponse:
        return HTMLResponse(
            _page(fake, dist, automation_id, can_edit), headers={"Content-Security-Policy": POLICY}
        )

    @app.middleware("http")
    async def judge(request: Request, call_next: Any) -> Response:
        """Faults that were asked for come first; then the CSRF token, as on the real edge."""
        path, method = request.url.path, request.method
        if path.startswith("/api/"):
            fake.requests.append((method, path, json.loads(await request.body() or b"null")))
            if status := fake.fault_for(method, path):
                return _problem(status, "This was to be expected.")
            if method != "GET" and request.headers.get("x-csrf-token") != CSRF:
                return _problem(403, "This request lacks its X-CSRF-Token.")
        return await call_next(request)

    @app.exception_handler(Refused)
    async def refuse(_request: Request, refusal: Refused) -> JSONResponse:
        return _problem(refusal.status, refusal.detail)

    return app


def _problem(status: int, detail: str) -> JSONResponse:
    body = {"type": "about:blank", "status": status, "title": "No", "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--dist", type=Path, default=Path("web/static/dist"))
    arguments.add_argument("--port", type=int, default=8123)
    given = arguments.parse_args()
    uvicorn.run(create_app(FakeApi(), given.dist), host="127.0.0.1", port=given.port, log_level="warning")
