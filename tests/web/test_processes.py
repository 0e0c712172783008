"""Processes: the waits of an automation are one line with its people, each wait has its own, and says who is in it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from domain.ids import new_id
from models import automations, enrolments
from models.automations import Automation
from models.enrolments import Placed
from models.versions import AutomationVersion
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.contacts import make_contact

NOW = datetime.now(UTC)
DRAWN = {"start": "rest", "nodes": {"rest": {"kind": "wait", "for": "P3D", "next": None}}}
_COHORT = text(
    "insert into cohorts (id, workspace_id, automation_id, bucket, open, wakes_at) values (:id, :ws, :automation, :bucket, :open, :at)"
)
_PROCESS = text(
    "insert into processes (id, workspace_id, workflow_id, kind, title, rank, state, done, waits_for, wakes_at, started_at, updated_at)"
    " values (uuidv7(), :ws, :workflow, :kind, :title, 1, :state, :done, :what, :at, :now, :now) returning id"
)


@dataclass(frozen=True, slots=True)
class Shop:
    """Writes what the engine would have written."""

    workspace: Workspace
    transaction: Transaction

    async def automation(self, name: str) -> Automation:
        async with self.transaction() as db:
            row = await automations.create(db, self.workspace.id, name=name, draft=DRAWN, now=NOW)
            version = AutomationVersion(
                workspace_id=self.workspace.id,
                automation_id=row.id,
                number=1,
                definition=DRAWN,
                published_at=NOW,
            )
            db.add(version)
            await db.flush()
            row.state, row.version_id = "live", version.id
        return row

    async def wait(self, row: Automation, *names: str, days: int, done: bool = False) -> UUID:
        """People who wake together, and their process."""
        cohort, at = new_id(), NOW + timedelta(days=days)
        async with self.transaction() as db:
            values = {"id": cohort, "ws": self.workspace.id, "automation": row.id, "bucket": str(cohort)}
            await db.execute(_COHORT, {**values, "open": not done, "at": at})
        process = await self.process(f"cohort/{cohort}", "cohort", "Its name of then", at, done=done)
        for name in names:
            await self.enrol(row, cohort, name, at)
        return process

    async def process(
        self, workflow: str, kind: str, title: str, at: datetime, *, done: bool = False
    ) -> UUID:
        state, what = "finished" if done else "waiting", "the next time that people are due"
        values = {"ws": self.workspace.id, "workflow": workflow, "kind": kind, "title": title, "now": NOW}
        async with self.transaction() as db:
            made = await db.execute(
                _PROCESS, {**values, "state": state, "done": done, "what": what, "at": at}
            )
            return made.scalar_one()

    async def enrol(self, row: Automation, cohort: UUID, name: str, at: datetime) -> None:
        assert row.version_id
        async with self.transaction() as db:
            somebody = await make_contact(db, self.workspace.id, first_name=name)
            placed = Placed(
                new_id(), self.workspace.id, row.id, row.version_id, somebody.id, "once", None, "rest",
                NOW, at, cohort, None, 0, {}, NOW, None, None,
            )  # fmt: skip
            await enrolments.insert(db, [placed])


async def read(person: AsyncClient, path: str) -> str:
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(answer.text).split())


@pytest.fixture
async def shop(workspace: Workspace, transaction: Transaction) -> AsyncIterator[Shop]:
    """Its processes are rows alone. They are over with the test, or an engine of a later one would try to revive them."""
    yield Shop(workspace, transaction)
    async with transaction() as db:
        await db.execute(text("update processes set done = true where not done"))


def links(page: str) -> list[str]:
    return re.findall(r'class="ms-person-name" href="(/processes[^"]*)"', page)


class TestList:
    async def test_nothing_runs(self, person: AsyncClient) -> None:
        assert "Nothing runs at the moment" in await read(person, "/processes")

    async def test_the_waits_of_an_automation_are_one_line_with_its_people(
        self, person: AsyncClient, shop: Shop
    ) -> None:
        welcome = await shop.automation("Welcome")
        for days, names in ((3, ["Ada", "Bea"]), (1, ["Cleo"]), (2, [])):
            await shop.wait(welcome, *names, days=days)
        await shop.wait(welcome, days=-1, done=True)
        alone = await shop.wait(await shop.automation("Birthday"), "Dora", days=9)
        file = await shop.process(f"import/{new_id()}", "import", "Import people.csv", NOW)
        page = await read(person, "/processes")
        each = f"/processes?kind=cohort&state=waiting&automation={welcome.id}"
        assert links(page)[:2] == [f"/processes/{file}", f"/processes/{alone}"]
        assert each in links(page)
        assert len(links(page)) == 3, "what is over is listed where it is asked for"
        assert len(links(await read(person, "/processes?state=finished"))) == 1
        assert "3 people waiting, in 3 groups" in page
        assert "1 person waiting<" in page
        assert "Its name of then" not in page

    async def test_each_wait_of_one_automation_is_listed_with_who_goes_on_next_first(
        self, person: AsyncClient, shop: Shop
    ) -> None:
        welcome = await shop.automation("Welcome")
        made = {days: await shop.wait(welcome, *("Ada",) * days, days=days) for days in (3, 1, 2)}
        await shop.wait(await shop.automation("Birthday"), "Dora", days=2)
        page = await read(person, f"/processes?automation={welcome.id}")
        assert "Waits of “Welcome”" in page
        assert links(page) == [f"/processes/{made[days]}" for days in (1, 2, 3)]
        assert [int(n) for n in re.findall(r">(\d) pe\w+ waiting<", page)] == [1, 2, 3]

    @pytest.mark.parametrize("which", ["?kind=import", ""])
    async def test_pages_follow_one_another_and_miss_nothing(
        self, person: AsyncClient, shop: Shop, which: str
    ) -> None:
        welcome = await shop.automation("Welcome")
        waits = [await shop.wait(welcome, days=n % 7) for n in range(60)]
        others = [await shop.process(f"import/{new_id()}", "import", "A file", NOW) for _ in range(60)]
        path, wanted = (
            ("/processes?kind=import", others) if which else (f"/processes?automation={welcome.id}", waits)
        )
        first = await read(person, path)
        older = re.search(r'href="([^"]+(?:after|skip)=[^"]+)"', first)
        assert older
        found = [*links(first), *links(await read(person, older[1]))]
        assert sorted(found) == sorted(f"/processes/{one}" for one in wanted)

    async def test_it_is_sought_by_the_name_that_the_automation_has_now(
        self, person: AsyncClient, shop: Shop
    ) -> None:
        await shop.wait(await shop.automation("100% Welcome"), "Ada", days=1)
        assert "1 person waiting" in await read(person, "/processes?q=100%25+wel")
        assert "None here" in await read(person, "/processes?q=its+name")


class TestOne:
    async def test_a_wait_says_who_is_in_it_and_leads_to_its_automation(
        self, person: AsyncClient, shop: Shop
    ) -> None:
        welcome = await shop.automation("Welcome")
        process = await shop.wait(welcome, "Ada", "Bea", days=1)
        await shop.wait(welcome, "Cleo", days=2)
        page = await read(person, f"/processes/{process}")
        assert "2 people wait here" in page
        assert ">Ada<" in page
        assert ">Cleo<" not in page
        assert f'href="/automations/{welcome.id}"' in page

    async def test_of_many_people_the_first_are_shown_and_the_rest_is_counted(
        self, person: AsyncClient, shop: Shop
    ) -> None:
        process = await shop.wait(await shop.automation("Welcome"), *(f"N{n}" for n in range(52)), days=1)
        page = await read(person, f"/processes/{process}")
        assert "And 2 more people." in page
        assert len(set(re.findall(r">(N\d+)<", page))) == 50

    async def test_an_import_has_nobody_waiting(self, person: AsyncClient, shop: Shop) -> None:
        file = await shop.process(f"import/{new_id()}", "import", "Import people.csv", NOW)
        assert "wait here" not in await read(person, f"/processes/{file}")
