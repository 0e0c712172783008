"""`Idempotency-Key`: a POST that is repeated with its key is answered as before, and done once."""

import hashlib
from datetime import UTC, datetime

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.deps import current_caller
from core.security import Keyring
from core.visits import scope_of, transaction, visit
from models import idempotency

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


async def repeated(request: Request) -> Response | None:
    """The answer that was given before; None: do it, and its answer will be kept in the same transaction.

    What fails leaves nothing behind, its key neither: it may be repeated as it is.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    caller = await current_caller(request)
    db = await transaction(request, scope_of(request, caller))
    asked = idempotency.Request(caller.workspace_id, request.url.path, key, await _fingerprint(request))
    keys: Keyring = request.app.state.answers
    before = await idempotency.claim(db, keys, asked)
    if before:
        return Response(before.body, before.status, {REPLAYED: "true"}, before.content_type)

    async def keep(response: Response) -> None:
        if isinstance(response, StreamingResponse):
            return
        given = idempotency.Answer(
            response.status_code, response.headers.get("content-type", ""), bytes(response.body)
        )
        await idempotency.keep(db, keys, asked, given, now=datetime.now(UTC))

    visit(request).before_commit.append(keep)
    return None


async def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(request.url.query.encode())
    digest.update(b"\0" + await request.body())
    return digest.hexdigest()
