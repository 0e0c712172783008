"""How things read, what is drawn, and how the built files are looked up and served."""

import gzip
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from tests.web.samples import contacts
from tests.web.samples.frames import NOW, SHELL, ZONE
from web import charts, formats, looks
from web.assets import Assets, BuiltFiles, NotBuilt
from web.contexts.base import Clock, Listing
from web.contexts.drawing import Chart, Series
from web.rendering import icon_maker, render


class TestWords:
    @pytest.mark.parametrize(
        ("value", "words"), [(7, "7"), (346, "346"), (2431, "2.4k"), (999_999, "999.9k"), (1_200_000, "1.2m")]
    )
    def test_short_numbers(self, value: int, words: str) -> None:
        assert formats.compact(value) == words

    @pytest.mark.parametrize(
        ("share", "words"), [(0, "0%"), (0.004, "<1%"), (0.314, "31%"), (0.995, "100%"), (1, "100%")]
    )
    def test_shares(self, share: float, words: str) -> None:
        assert formats.percent(share) == words

    def test_counts(self) -> None:
        assert formats.plural(1, "person", "people") == "1 person"
        assert formats.plural(2431, "person", "people") == "2,431 people"
        assert formats.plural(0, "row") == "0 rows"

    @pytest.mark.parametrize(
        ("words", "read"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
    )
    def test_lists(self, words: list[str], read: str) -> None:
        assert formats.listed(words) == read

    @pytest.mark.parametrize(
        ("name", "letters"),
        [
            ("Idris García", "IG"),
            ("Lena", "LE"),
            ("hello@example.com", "HE"),
            ("anna.maria@example.com", "AM"),
            ("Zoë de la Cruz", "ZC"),
            ("+49 30 901820", "39"),
            ("!?", "?"),
            ("", "?"),
        ],
    )
    def test_initials(self, name: str, letters: str) -> None:
        assert formats.initials(name) == letters

    @given(st.text())
    def test_any_name_has_initials_and_a_colour(self, name: str) -> None:
        assert formats.initials(name)
        assert formats.hue(name) in range(formats.HUES)


class TestMoments:
    @pytest.mark.parametrize(
        ("span", "words"),
        [
            (timedelta(seconds=1), "just now"),
            (-timedelta(seconds=1), "now"),
            (timedelta(seconds=14), "14 s ago"),
            (timedelta(minutes=59), "59 min ago"),
            (timedelta(hours=26), "26 h ago"),
            (timedelta(days=2), "2 days ago"),
            (timedelta(days=61), "2 months ago"),
            (timedelta(days=800), "2 years ago"),
            (-timedelta(hours=3), "in 3 h"),
            (-timedelta(days=3), "in 3 days"),
        ],
    )
    def test_distance_from_now(self, span: timedelta, words: str) -> None:
        assert formats.relative(NOW - span, ZONE, NOW) == words

    def test_days_are_those_of_the_calendar(self) -> None:
        saturday = datetime(2026, 11, 21, 12, 30, tzinfo=ZONE)
        assert formats.relative(datetime(2026, 11, 30, 11, tzinfo=ZONE), ZONE, saturday) == "in 9 days"
        assert formats.relative(datetime(2026, 11, 12, 23, tzinfo=ZONE), ZONE, saturday) == "9 days ago"

    def test_a_moment_is_told_in_the_zone_of_the_business(self) -> None:
        late = datetime(2025, 11, 21, 23, 30, tzinfo=UTC)
        assert formats.moment(late, ZONE, NOW) == "Sat 22 Nov, 00:30"
        assert formats.moment(late, ZoneInfo("America/New_York"), NOW) == "Fri 21 Nov, 18:30"

    def test_another_year_is_named(self) -> None:
        assert formats.moment(datetime(2024, 2, 29, 8, tzinfo=UTC), ZONE, NOW) == "Thu 29 Feb 2024, 09:00"

    def test_days_have_headings(self) -> None:
        assert formats.day_heading(NOW, ZONE, NOW) == "Today"
        assert formats.day_heading(NOW - timedelta(hours=10), ZONE, NOW) == "Yesterday"
        assert formats.day_heading(NOW - timedelta(days=2), ZONE, NOW) == "Wednesday 19 November"
        assert formats.day_heading(NOW - timedelta(days=400), ZONE, NOW) == "17 October 2024"

    @pytest.mark.parametrize(
        ("hour", "words"),
        [(4, "Good evening"), (5, "Good morning"), (12, "Good afternoon"), (18, "Good evening")],
    )
    def test_the_greeting_knows_the_hour(self, hour: int, words: str) -> None:
        assert formats.greeting(datetime(2025, 11, 21, hour, tzinfo=ZONE), ZONE) == words

    def test_the_clock_says_how_far_it_has_come(self) -> None:
        clock = Clock(at=NOW, started_from=NOW - timedelta(days=10), target=NOW + timedelta(days=30))
        assert (clock.moving, clock.percent) == (True, 25)
        assert (Clock(at=NOW).moving, Clock(at=NOW).percent) == (False, 0)


class TestPictures:
    def test_a_sparkline_of_nothing_lies_on_the_ground(self) -> None:
        assert charts.sparkline([0, 0, 0]).line == "M0.0 27.5 L50.0 27.5 L100.0 27.5"

    @given(st.lists(st.floats(min_value=-1e6, max_value=1e6), max_size=60))
    def test_a_sparkline_stays_in_its_box(self, points: list[float]) -> None:
        spots = [
            (float(x), float(y))
            for x, y in (spot.split() for spot in charts.sparkline(points).line.removeprefix("M").split(" L"))
        ]
        assert spots[0][0] == 0
        assert spots[-1][0] == pytest.approx(100, abs=0.1)
        assert all(0 <= y <= 32 for _x, y in spots)

    @given(st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=30))
    def test_bars_stand_on_the_floor(self, values: list[int]) -> None:
        drawn = charts.bars(values)
        assert len(drawn) == len(values)
        assert all(bar.y + bar.height == pytest.approx(24, abs=0.11) and bar.height >= 2 for bar in drawn)

    @given(
        st.lists(
            st.tuples(st.integers(min_value=0, max_value=5000), st.integers(min_value=0, max_value=5000)),
            min_size=1,
            max_size=31,
        )
    )
    def test_stacked_bars_are_as_high_as_their_sum(self, days: list[tuple[int, int]]) -> None:
        chart = Chart(
            days=tuple(date(2025, 1, 1) + timedelta(days=index) for index in range(len(days))),
            series=(
                Series(label="a", values=tuple(first for first, _ in days)),
                Series(label="b", values=tuple(second for _, second in days)),
            ),
        )
        drawn = charts.stacked(chart)
        top = float(drawn.levels[-1].label.replace(",", ""))
        room = drawn.base - drawn.levels[-1].position
        total = sum(bar.height for bar in drawn.bars)
        assert total == pytest.approx(sum(map(sum, days)) / top * room, abs=0.2 * len(drawn.bars) + 0.2)
        assert top >= max(map(sum, days))

    @pytest.mark.parametrize(("most", "step"), [(1, 1), (5, 1), (6, 2), (23, 5), (330, 100), (4800, 1000)])
    def test_levels_are_round(self, most: int, step: int) -> None:
        assert charts.round_step(most) == step


class TestListing:
    listing = Listing(path="/contacts", params={"q": "lena & co", "sort": "name", "after": "c2"})

    def test_a_change_keeps_the_rest_and_goes_back_to_the_first_page(self) -> None:
        assert self.listing.url(tag="vip") == "/contacts?q=lena+%26+co&sort=name&tag=vip"

    def test_nothing_removes_a_filter(self) -> None:
        assert self.listing.url(q=None, sort=None) == "/contacts"

    def test_paging_keeps_the_filters(self) -> None:
        assert self.listing.url(after="c3") == "/contacts?q=lena+%26+co&sort=name&after=c3"

    def test_sorting_is_no_filter(self) -> None:
        assert self.listing.filtered
        assert not Listing(path="/contacts", params={"sort": "name", "after": "c2"}).filtered


class TestEscaping:
    def test_what_people_are_called_is_never_markup(self) -> None:
        hostile = replace(contacts.INDEX.rows[0], name='<script>alert("x")</script>', tags=("<b>",))
        html = render(replace(contacts.INDEX, rows=(hostile,)), SHELL)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
        assert "<b>" not in html


class TestIcons:
    def test_the_sprite_holds_every_look(self) -> None:
        all_looks = [
            *looks.EVENTS.values(),
            *looks.FAMILIES.values(),
            *looks.PROCESSES.values(),
            *looks.STEPS.values(),
            looks.OTHER,
        ]
        assert {look.icon for look in all_looks} <= Assets().manifest.icons

    def test_an_event_looks_like_its_family(self) -> None:
        assert looks.of_event("order.refunded") == looks.FAMILIES["order"]
        assert looks.of_event("signed_up") == looks.FAMILIES["signed"]
        assert looks.of_event("email.opened") == looks.EVENTS["email.opened"]
        assert looks.of_event("moon_landing") == looks.OTHER

    def test_a_plug_ins_unknown_icon_gets_a_stand_in(self) -> None:
        icon = icon_maker(Assets())
        assert "#square-rounded" in icon("no-such-icon")
        assert "#mail" in icon("mail")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build of one script."""
    (tmp_path / "app-1A2B3C4D.js").write_text("let compressed = 1")
    (tmp_path / "app-1A2B3C4D.js.gz").write_bytes(gzip.compress(b"let compressed = 1"))
    (tmp_path / "photo-5E6F7A8B.webp").write_bytes(b"pixels")
    (tmp_path / "NOTICES.txt").write_text("MIT")
    _write_manifest(tmp_path, "app-1A2B3C4D.js")
    return tmp_path


def _write_manifest(folder: Path, script: str) -> None:
    content = {"files": {"app.js": script}, "imports": {"app.js": ["chunks/a-9F.js"]}, "icons": ["mail"]}
    (folder / "manifest.json").write_text(json.dumps(content))


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.mount("/static", BuiltFiles(directory=built))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


class TestAssets:
    def test_a_name_leads_to_its_hashed_file(self, built: Path) -> None:
        assets = Assets(built)
        assert assets.url("app.js") == "/static/app-1A2B3C4D.js"
        assert assets.imports("app.js") == ["/static/chunks/a-9F.js"]
        assert assets.imports("other.js") == []
        assert not assets.has("other.js")

    def test_without_a_build_it_says_how_to_make_one(self, tmp_path: Path) -> None:
        with pytest.raises(NotBuilt, match="npm run build"):
            Assets(tmp_path)

    def test_a_new_build_is_noticed(self, built: Path) -> None:
        assets = Assets(built)
        _write_manifest(built, "app-NEW.js")
        later = (built / "manifest.json").stat().st_mtime + 10
        os.utime(built / "manifest.json", (later, later))
        assert assets.url("app.js") == "/static/app-NEW.js"

    async def test_the_compressed_copy_is_sent_and_kept(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/static/app-1A2B3C4D.js", headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.text == "let compressed = 1"

    async def test_who_takes_no_compression_gets_none(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/static/app-1A2B3C4D.js", headers={"accept-encoding": "identity"})
        assert "content-encoding" not in answer.headers
        assert answer.headers["vary"] == "Accept-Encoding"

    async def test_what_has_no_copy_is_sent_as_it_is(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/static/photo-5E6F7A8B.webp", headers={"accept-encoding": "gzip, br"})
        assert answer.content == b"pixels"
        assert "content-encoding" not in answer.headers

    async def test_what_has_no_hash_is_asked_for_again(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/static/NOTICES.txt")).headers["cache-control"] == "no-cache"

    async def test_nothing_outside_the_folder_is_served(self, client: httpx.AsyncClient) -> None:
        for path in ("/static/../assets.py", "/static/%2e%2e/assets.py", "/static/missing.js"):
            answer = await client.get(path)
            assert answer.status_code == 404
            assert "immutable" not in answer.headers.get("cache-control", "")
