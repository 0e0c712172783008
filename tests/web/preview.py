"""Shows every sample page in a browser, under the real content security policy.

.venv/bin/python -m uvicorn tests.web.preview:app --port 8900
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from tests.web import samples
from tests.web.samples import contacts, home, inbox, processes
from tests.web.samples.frames import SANDBOX, SHELL
from web.assets import DIST, PREFIX, BuiltFiles
from web.contexts.home import FeedMessage
from web.rendering import render

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
app = FastAPI(openapi_url=None)
app.mount(PREFIX, BuiltFiles(directory=DIST))


@app.middleware("http")
async def secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


@app.get("/all")
async def everything() -> HTMLResponse:
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in samples.PAGES)
    return HTMLResponse(f"<title>Samples</title><h1>Samples</h1><ul>{links}</ul>")


@app.get("/palette")
async def palette(request: Request, q: str = "") -> HTMLResponse:
    page = home.PALETTE_EMPTY if q == "zzyx" else home.PALETTE
    return HTMLResponse(render(page, SHELL, fragment="results" if "hx-request" in request.headers else None))


@app.get("/home/feed")
async def feed() -> StreamingResponse:
    async def stream() -> AsyncIterator[str]:
        for item in (home.FEED * 2)[:6]:
            await asyncio.sleep(1)
            html = render(FeedMessage(item=replace(item, at=SHELL.now, who=f"{item.who} again")), SHELL)
            yield "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
        await asyncio.sleep(3600)

    return StreamingResponse(stream(), media_type="text/event-stream")


@app.get("/clock")
async def clock() -> HTMLResponse:
    return HTMLResponse(render(SANDBOX.clock, SANDBOX))  # pyright: ignore[reportArgumentType]


@app.post("/clock/advance")
async def advance(request: Request) -> HTMLResponse:
    form = await request.form()
    if "by" not in form and "to" not in form:
        return HTMLResponse(render(home.REFUSED, SANDBOX), status_code=422)
    return HTMLResponse(render(home.REFUSED if "to" in form else home.MOVING, SANDBOX))


@app.get("/contacts")
async def search(request: Request, q: str = "", tag: str = "") -> HTMLResponse:
    page = contacts.NOBODY if q == "zzyx" else contacts.FILTERED if tag else contacts.INDEX
    page = replace(page, listing=replace(page.listing, params={**page.listing.params, "q": q}))
    return HTMLResponse(render(page, SHELL, fragment="rows" if "hx-request" in request.headers else None))


@app.get("/inbox/{mail}")
async def mail(request: Request, mail: str) -> HTMLResponse:
    page = {"text": inbox.TEXT, "headers": inbox.HEADERS, "empty": inbox.EMPTY}.get(mail, inbox.SHOW)
    frame = SANDBOX if mail == "empty" else SHELL
    return HTMLResponse(render(page, frame, fragment="reader" if "hx-request" in request.headers else None))


@app.get("/contacts/import/{number}/progress")
async def progress(number: str) -> HTMLResponse:
    return HTMLResponse(render(contacts.IMPORTED, SHELL, fragment="progress"))


@app.get("/processes/{process}/live")
async def live(process: str) -> HTMLResponse:
    return HTMLResponse(render(processes.WAITING, SHELL, fragment="live"))


@app.get("/inbox/{mail}/html")
async def mail_html(mail: str) -> HTMLResponse:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox allow-popups allow-popups-to-escape-sandbox"
    return HTMLResponse(inbox.HTML, headers={"Content-Security-Policy": policy})


@app.post("/contacts/import/{number}/mapping")
async def tried(number: str) -> HTMLResponse:
    return HTMLResponse(render(contacts.MAPPING_TRIED, SHELL, fragment="rehearsal"))


@app.post("/{path:path}")
async def post(request: Request, path: str) -> Response:
    if "hx-request" in request.headers:
        toast = json.dumps({"toast": {"text": f"Posted to /{path}", "tone": "ok"}})
        return Response(status_code=204, headers={"HX-Trigger": toast})
    return RedirectResponse("/all", status_code=303)


@app.get("/{path:path}")
async def sample(request: Request, path: str) -> HTMLResponse:
    wanted = samples.PAGES.get(f"/{path}")
    if wanted is None:
        return HTMLResponse(render(samples.account.NOT_FOUND, SHELL), status_code=404)
    drawer = "drawer" in wanted.page.fragments and "hx-request" in request.headers
    html = render(wanted.page, wanted.frame, fragment="drawer" if drawer else None)
    return HTMLResponse(html, status_code=wanted.status)
