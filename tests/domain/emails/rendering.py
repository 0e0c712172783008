"""Fills a compiled mail in, in this process, as the children do."""

from typing import Any

from domain.emails import CompiledEmail, Draft, compile_email
from domain.templating.language import language
from domain.templating.urls import guard_urls
from domain.tracking import Tracking, finish_html, finish_text

CONTEXT: dict[str, Any] = {
    "contact": {
        "id": "c1",
        "email": "ada@shop.example",
        "first_name": "Ada",
        "tags": ["vip"],
        "attributes": {},
    },
    "workspace": {"name": "Fernhill Coffee", "postal_address": "Am Farn 4, 10999 Berlin"},
    "unsubscribe_url": "https://in.example/unsubscribe/tok",
    "event": {},
}


def compiled(body: str, **draft: Any) -> CompiledEmail:
    compilation = compile_email(
        Draft(**{"subject": "Hello", "topic": "transactional", "body": body, **draft})
    )
    assert compilation.email, compilation.problems
    return compilation.email


def html_of(email: CompiledEmail, *, tracking: Tracking | None = None, **values: Any) -> str:
    return finish_html(language(html=True).load(guard_urls(email.html)).render(CONTEXT | values), tracking)


def text_of(email: CompiledEmail, *, tracking: Tracking | None = None, **values: Any) -> str:
    return finish_text(language(html=False).load(email.text).render(CONTEXT | values), tracking)


def messages(body: str, **draft: Any) -> list[str]:
    problems = compile_email(
        Draft(**{"subject": "Hello", "topic": "transactional", "body": body, **draft})
    ).problems
    return [f"{problem.line} {problem.severity}: {problem.message}" for problem in problems]
