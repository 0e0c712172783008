"""T26: what is logged tells us what happened, and nobody else anything."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from core import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, through the real configuration."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("info", json=True)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


KEY, TOKEN = "ms_" + "Zk3v" * 11, "Qx7-" * 10 + "a_b"


def test_a_line_is_a_document_with_the_request_in_it(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1", workspace_id="w1"):
        structlog.get_logger("mainspring").info("answered", status=200)
    [line] = lines(written)
    assert (line["event"], line["status"], line["request_id"], line["workspace_id"]) == (
        "answered",
        200,
        "r1",
        "w1",
    )
    assert {"timestamp", "level", "logger"} <= line.keys()


@pytest.mark.parametrize(
    "details",
    [
        {"password": "hunter2hunter2"},
        {"new_password": "hunter2hunter2"},
        {"headers": {"Authorization": "hunter2hunter2", "Cookie": "session=hunter2hunter2"}},
        {"body": [{"api_key": "hunter2hunter2"}]},
        {"contact": {"email": "hunter2hunter2", "phone": "hunter2hunter2", "first_name": "hunter2hunter2"}},
    ],
)
def test_what_is_private_by_name_is_hidden(written: io.StringIO, details: dict[str, object]) -> None:
    structlog.get_logger("mainspring").info("saved", **details)
    assert "hunter2" not in written.getvalue()
    assert logs.HIDDEN in written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"key {KEY} was refused",
        f"GET /invitations/{TOKEN}",
        "could not write to ada.lovelace@example.com",
        "connection to postgresql://mainspring:hunter2hunter2@127.0.0.1/db failed",
        "Authorization: Bearer abc.def.ghi",
    ],
    ids=[
        "key",
        "token",
        "address",
        "password",
        "bearer",
    ],  # keys are random, and every test process must find the same
)
@pytest.mark.parametrize("library", [True, False])
def test_what_looks_private_is_hidden_whoever_says_it(written: io.StringIO, text: str, library: bool) -> None:
    if library:
        logging.getLogger("some.library").warning("%s", text)
    else:
        structlog.get_logger("mainspring").warning(text, detail=text)
    for secret in (KEY, TOKEN, "lovelace@", "hunter2", "abc.def"):
        assert secret not in written.getvalue()


def fail_with(password: str) -> None:
    raise ValueError(f"ada@example.com said {KEY} and knows {len(password)} letters")


def test_exceptions_keep_their_trace_and_lose_their_secrets(written: io.StringIO) -> None:
    try:
        fail_with("hunter2hunter2"[:7] + "3")
    except ValueError:
        structlog.get_logger("mainspring").exception("failed")
    said = written.getvalue()
    assert "Traceback" in said
    assert "ValueError" in said
    assert KEY not in said
    assert "ada@example.com" not in said
    assert "hunter23" not in said, "local variables are not printed"


def test_nobody_writes_lines_of_their_own(written: io.StringIO) -> None:
    structlog.get_logger("mainspring").info('name\n{"event": "forged"}', name="a\r\nb\x1b[31m")
    assert len(written.getvalue().splitlines()) == 1
    assert "\x1b" not in written.getvalue()


def test_the_access_log_of_the_server_is_silent(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info("GET /invitations/secret")
    assert written.getvalue() == ""
