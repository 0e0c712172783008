"""Ctrl-C and its kin: noted when they arrive, acted on at the next pause, so that no start stops half way."""

import signal
import time
from types import FrameType

SLICE = 0.1


class Stop(BaseException):
    """Somebody asked us to stop. Not an Exception, so that no handler of errors takes it for one."""


class _Requests:
    count = 0
    obeyed = False


_requests = _Requests()


def _note(_number: int, _frame: FrameType | None) -> None:
    _requests.count += 1


def install() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _note)


def stopping() -> None:
    """From here on the request is being obeyed: pauses no longer raise, and a second request means: hurry."""
    _requests.obeyed = True
    _requests.count = 0


def hurried() -> bool:
    return _requests.obeyed and _requests.count > 0


def check() -> None:
    if _requests.count and not _requests.obeyed:
        raise Stop


def pause(seconds: float = SLICE) -> None:
    """Sleeps, and raises Stop when somebody asked for it; every wait of the launcher goes through here."""
    until = time.monotonic() + seconds
    while True:
        check()
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, SLICE))
