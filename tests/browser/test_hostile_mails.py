"""What an author or a contact writes is opened in a real browser, as the preview does, and must not run there."""

from html import escape

import pytest
from playwright.sync_api import Browser

from tests.browser.canvas_fixtures import browser  # noqa: F401 -- a fixture
from tests.domain.emails.rendering import compiled, html_of

pytestmark = pytest.mark.browser

BODIES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='javascript:alert(1)'>",
    "<embed src='javascript:alert(1)'>",
    "<body onload=alert(1)>x",
    "<a href='java\tscript:alert(1)' id=c>x</a>",
    "<a href=' &#106;avascript:alert(1)' id=c>x</a>",
    "<a href='{{ event.u }}' id=c>x</a>",
    "<a href={{ event.u }} id=c>x</a>",
    "<img src='{{ event.u }}'>",
    "<p title={{ event.q }}>x</p>",
    "<p title='{{ event.q }}'>x</p>",
    "<p {% if 1 %}title={{ event.q }}{% endif %}>x</p>",
    "<style>{{ event.s }}</style>",
    "<title>{{ event.s }}</title>",
    "<textarea>{{ event.s }}</textarea><textarea><img src=x onerror=alert(1)></textarea>",
    "<!-- {{ event.c }} -->",
    "<!--><script>alert(1)</script>-->",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "</style><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<form action='javascript:alert(1)'><button id=c>x</button></form>",
    "<button formaction='javascript:alert(1)' id=c form=f>x</button><form id=f></form>",
    "<base href='javascript:alert(1)//'><a href='#' id=c>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=import href='data:text/html,<script>alert(1)</script>'>",
    "<video><source onerror=alert(1)></video>",
    "<video src=x onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<x onclick=alert(1) id=c>x</x>",
    "<a\x0bhref='javascript:alert(1)' id=c>x</a>",
    "<a href\n=\n'javascript:alert(1)' id=c>x</a>",
    "<a xlink:href='javascript:alert(1)' id=c>x</a>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<template><img src=x onerror=alert(1)></template>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "{% raw %}<script>alert(1)</script>{% endraw %}",
    "{% set x %}<strong>{% endset %}{{ x[0:2] }}cript>alert(1)</script>",
    "{% set x %}<b>zz</b>{% endset %}{{ x|replace('b','script')|replace('zz','alert(1)') }}",
    "{% macro m() %}<script>alert(1)</script>{% endmacro %}{{ m() }}",
    '<img src="a" alt=\'" onerror="alert(1)\'>',
    "<img src=x alt=`` onerror=alert(1)>",
    "<p title='a' / onmouseover=alert(1) id=c>x</p>",
    '<img """><script>alert(1)</script>">',
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<mj-section><mj-column><mj-raw><script>alert(1)</script></mj-raw><mj-text><img src=x onerror=alert(1)></mj-text></mj-column></mj-section>",
    "<mj-section><mj-column><mj-image src='x' alt='\"><script>alert(1)</script>'/></mj-column></mj-section>",
    "<mj-section><mj-column><mj-button href='javascript:alert(1)' css-class='c'>x</mj-button></mj-column></mj-section>",
    "<mjml><mj-head><mj-title></title><script>alert(1)</script></mj-title><mj-style></style><script>alert(1)</script></mj-style></mj-head><mj-body></mj-body></mjml>",
    '<mj-section background-url="x\') ; }</style><script>alert(1)</script>"><mj-column></mj-column></mj-section>',
    '<p>\x0e1\x11href="x" onclick="alert(1)" id=c</p>',
]
VALUES = {
    "u": "javascript:alert(1)",
    "q": 'x onmouseover=alert(1) autofocus onfocus=alert(1) "><script>alert(1)</script>',
    "s": "</style></title></textarea><script>alert(1)</script>",
    "c": "--><script>alert(1)</script>",
}
TOUCH_EVERYTHING = """() => {
  for (const element of document.querySelectorAll('#c, .c a')) element.click();
  for (const element of document.querySelectorAll('*'))
    for (const kind of ['mouseover', 'focus']) element.dispatchEvent(new Event(kind));
}"""


def alerts_of(browser: Browser, mails: list[str]) -> set[str]:  # noqa: F811
    """All at once, each in a frame of its own; the mail that runs calls out its number."""
    numbered = (mail.replace("alert(1)", f"alert({number})") for number, mail in enumerate(mails))
    frames = "".join(f'<iframe srcdoc="{escape(mail)}"></iframe>' for mail in numbered)
    alerts: set[str] = set()
    page = browser.new_page()
    page.on("dialog", lambda dialog: (alerts.add(dialog.message), dialog.dismiss()))
    page.set_content(f"<!doctype html>{frames}")
    for frame in page.frames[1:]:
        frame.evaluate(TOUCH_EVERYTHING)
    page.wait_for_timeout(300)
    page.close()
    return alerts


def test_the_trap_works(browser: Browser) -> None:  # noqa: F811
    mails = [
        "<p>fine</p>",
        "<img src=x onerror=alert(1)>",
        "<b id=c onclick=alert(1)>x</b>",
        "<script>alert(1)</script>",
    ]
    assert alerts_of(browser, mails) == {"1", "2", "3"}


def test_nothing_runs(browser: Browser) -> None:  # noqa: F811
    assert alerts_of(browser, [html_of(compiled(body), event=VALUES) for body in BODIES]) == set()
