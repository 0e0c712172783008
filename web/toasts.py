"""Toasts: a few words about what just happened, carried over a redirect by a cookie that lives until they are shown."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Literal

import orjson
from fastapi import Request, Response

from web.contexts.base import Toast

Tone = Literal["ok", "bad", "info"]
_COOKIE = "toast"
_LONGEST = 300


def send(response: Response, text: str, *, tone: Tone = "ok") -> None:
    """To be seen on the next page."""
    packed = urlsafe_b64encode(orjson.dumps({"text": text[:_LONGEST], "tone": tone})).rstrip(b"=").decode()
    response.set_cookie(_COOKIE, packed, max_age=60, httponly=True, samesite="lax")


def waiting(request: Request) -> tuple[Toast, ...]:
    """What the page before had to say. Anybody can write their own cookie, so it is shown as plain text."""
    packed = request.cookies.get(_COOKIE)
    if not packed:
        return ()
    try:
        content = orjson.loads(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        tone: Tone = content["tone"] if content["tone"] in {"ok", "bad", "info"} else "info"
        return (Toast(text=str(content["text"])[:_LONGEST], tone=tone),)
    except (ValueError, TypeError, KeyError):
        return ()


def forget(response: Response) -> None:
    response.delete_cookie(_COOKIE, httponly=True, samesite="lax")
