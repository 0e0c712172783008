"""The built-in steps: what each makes of its settings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from activities.steps.http_request import HttpRequest, judged, rendered
from activities.steps.set_attribute import SetAttributeParams, set_attribute
from domain.steps import HttpAnswer, Later, Refused, Sent, SetAttribute, StepContext, Unknown
from tests.factories.passages import NOW, happened, new_uuid, somebody

JSON = {"content-type": "application/json; charset=utf-8"}


class NoHttp:
    async def request(self, *_: Any, **__: Any) -> HttpAnswer:
        raise AssertionError("nothing is sent here")


def context() -> StepContext:
    def render(text: str) -> str:
        return text.replace("{{ contact.email }}", "ada@example.com")

    return StepContext(new_uuid(), new_uuid(), "key", NOW, somebody(), render, NoHttp())


def request(**settings: Any) -> HttpRequest:
    return HttpRequest.model_validate({"url": "https://example.com/hooks", **settings})


def answered(status: int, body: bytes = b"", headers: dict[str, str] | None = None, **settings: Any) -> Any:
    return judged(request(**settings), HttpAnswer(status, headers or {}, body))


class TestAskingTheWeb:
    def test_values_are_filled_in(self):
        asked = rendered(
            context(),
            request(
                url="https://example.com/{{ contact.email }}",
                headers={"X-Who": "{{ contact.email }}"},
                body='{"a": 1}',
            ),
        )
        assert asked == {
            "url": "https://example.com/ada@example.com",
            "headers": {
                "x-who": "ada@example.com",
                "idempotency-key": "key",
                "content-type": "application/json",
            },
            "body": b'{"a": 1}',
        }

    def test_what_kind_of_content_it_is_can_be_said(self):
        assert (
            rendered(context(), request(body="a=1"))["headers"]["content-type"] == "text/plain; charset=utf-8"
        )
        said = request(body="a=1", headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert rendered(context(), said)["headers"]["content-type"] == "application/x-www-form-urlencoded"
        assert rendered(context(), request(method="GET"))["body"] is None

    @pytest.mark.parametrize(
        ("body", "headers", "kept"),
        [
            (b'{"points": 70}', JSON, {"points": 70}),
            (b"thanks", {"content-type": "text/plain"}, "thanks"),
            (b"{broken", JSON, "{broken"),
            (b"[" * 20_000, JSON, "[" * 20_000),
            (b'{"a": NaN}', JSON, '{"a": NaN}'),
            (b'"a\\u0000b"', JSON, "ab"),
            (b"a\x00b\xff", {}, "ab\ufffd"),
            (b"x" * 40_000, {}, None),
        ],
    )
    def test_what_is_kept_of_an_answer(self, body, headers, kept):
        assert answered(200, body, headers) == Sent({"status": 200, "body": kept})

    @pytest.mark.parametrize(
        ("status", "headers", "outcome"),
        [
            (204, {}, Sent({"status": 204, "body": ""})),
            (
                302,
                {},
                Refused("It answered 302 Found. Enter the address it leads to; redirects are not followed."),
            ),
            (404, {}, Refused("It answered 404 Not Found")),
            (499, {}, Refused("It answered 499")),
            (429, {"retry-after": "120"}, Later("It answered 429 Too Many Requests", timedelta(minutes=2))),
            (503, {}, Later("It answered 503 Service Unavailable")),
            (
                503,
                {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"},
                Later("It answered 503 Service Unavailable"),
            ),
            (
                503,
                {"retry-after": "9999999"},
                Later("It answered 503 Service Unavailable", timedelta(days=1)),
            ),
            (500, {}, Unknown("It answered 500 Internal Server Error")),
            (504, {}, Unknown("It answered 504 Gateway Timeout")),
        ],
    )
    def test_what_an_answer_means(self, status, headers, outcome):
        assert answered(status, b"", headers) == outcome

    def test_who_says_that_twice_does_no_harm_is_asked_again(self):
        assert answered(500, on_unknown="repeat") == Later("It answered 500 Internal Server Error")

    @pytest.mark.parametrize(
        "settings",
        [
            {"url": "ftp://example.com"},
            {"url": "javascript:alert(1)"},
            {"url": "https://exa mple.com/\n"},
            {"headers": {"X-Bad\r\nHost": "x"}},
            {"headers": {"X-Ok": "a\r\nHost: evil"}},
            {"save_as": "Two Words"},
            {"method": "TRACE"},
        ],
    )
    def test_what_cannot_be_a_request(self, settings):
        with pytest.raises(ValidationError):
            request(**settings)


class TestSettingAField:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            ("gold", "gold"),
            (12, 12),
            (True, True),
            (None, None),
            ("{{ event.seats }}", 4),
            ("{{event.plan.name}}", "pro"),
            ("{{ contact.first_name }}", None),
            ("{{ contact.created_at }}", "2026-03-01T08:00:00+00:00"),
            ("{{ data.score.points }}", 70.5),
            ("{{ event.plan }}", None),  # a value is one text or number
            ("{{ event.gone }}", None),
        ],
    )
    def test_what_is_written(self, value, written):
        facts = somebody().with_changes(
            trigger=happened("x", seats=4, plan={"name": "pro"}), data={"score": {"points": 70.5}}
        )
        assert facts.contact.created_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
        params = SetAttributeParams(attribute="level", value=value)
        assert set_attribute(params, facts) == (SetAttribute("level", written),)

    @pytest.mark.parametrize("attribute", ["two words", "9lives", "", "a.b", "x" * 61])
    def test_what_cannot_be_a_field(self, attribute):
        with pytest.raises(ValidationError):
            SetAttributeParams(attribute=attribute)
