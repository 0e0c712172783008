"""T16: sessions against a model. Whatever happens, a token opens exactly what the model says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import security
from core.db import Database, Scope
from domain.people import ABSOLUTE, IDLE
from models import memberships, sign_ins
from models.sign_ins import SignedIn
from models.users import User
from models.workspaces import Workspace
from tests.factories.people import join, make_person, make_user, sign_in
from tests.factories.workspaces import make_workspace

START = datetime(2026, 11, 20, 9, tzinfo=UTC)

ACTIONS = st.one_of(
    st.tuples(st.just("sign_in"), st.none()),
    st.tuples(st.just("use"), st.integers(0, 3)),
    st.tuples(st.just("sign_out"), st.integers(0, 3)),
    st.tuples(st.just("password_change"), st.integers(0, 3)),
    st.tuples(st.sampled_from(["disable", "enable"]), st.none()),
    st.tuples(
        st.just("pass"),
        st.sampled_from(
            [timedelta(minutes=5), timedelta(hours=6), IDLE - timedelta(seconds=1), IDLE, timedelta(days=13)]
        ),
    ),
)


@dataclass
class Browser:
    token: str
    begun: datetime
    seen: datetime
    ended: bool = False

    def open(self, now: datetime) -> bool:
        return not self.ended and now - self.seen < IDLE and now - self.begun < ABSOLUTE


@dataclass
class Model:
    """Two workspaces; the person may be shut out of the first."""

    user: User
    first: Workspace
    second: Workspace
    now: datetime = START
    browsers: list[Browser] = field(default_factory=list)
    disabled: bool = False


async def recognise(database: Database, token: str, now: datetime) -> SignedIn | None:
    async with database.session(Scope(presented=security.digest(token))) as db:
        return await sign_ins.recognise(db, token, now=now)


async def act(database: Database, model: Model, action: str, argument: object) -> None:
    match action:
        case "sign_in":
            token = await sign_in(model.user, model.first, now=model.now)
            model.browsers.append(Browser(token, model.now, model.now))
        case "pass":
            assert isinstance(argument, timedelta)
            model.now += argument
        case "disable" | "enable":
            await shut_out(database, model, action == "disable")
        case _ if model.browsers:
            assert isinstance(argument, int)
            await in_browser(database, model, action, model.browsers[argument % len(model.browsers)])


async def shut_out(database: Database, model: Model, disabled: bool) -> None:
    async with database.session(Scope(workspaces=(model.first.id,))) as db:
        team = await memberships.team(db, model.first.id)
        mine = next(m.id for m in team if m.user_id == model.user.id)
        if disabled:
            await memberships.disable(db, model.first.id, mine, by="owner", now=model.now)
        else:
            await memberships.enable(db, model.first.id, mine, by="owner")
    model.disabled = disabled


async def in_browser(database: Database, model: Model, action: str, browser: Browser) -> None:
    found = await recognise(database, browser.token, model.now)
    assert (found is not None) == browser.open(model.now)
    if found is None:
        return
    if model.now - browser.seen > sign_ins.SEEN_EVERY:
        browser.seen = model.now
    if action == "use":
        return
    async with database.session(Scope(user=model.user.id)) as db:
        if action == "sign_out":
            await sign_ins.end(db, model.user.id, found.sign_in_id, now=model.now)
            browser.ended = True
        else:
            await sign_ins.end_all(db, model.user.id, now=model.now, but=found.sign_in_id)
            for other in model.browsers:
                other.ended = other.ended or other is not browser


async def agrees(database: Database, model: Model) -> None:
    for browser in model.browsers:
        was_open = browser.open(model.now)
        found = await recognise(database, browser.token, model.now)
        assert (found is not None) == was_open
        if found is None:
            continue
        assert found.caller
        assert found.caller.workspace_id == (model.second if model.disabled else model.first).id
        if model.now - browser.seen > sign_ins.SEEN_EVERY:
            browser.seen = model.now


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=15))
async def test_a_token_opens_exactly_what_it_should(
    database: Database, actions: list[tuple[str, object]]
) -> None:
    user, first, second = await make_user(), await make_workspace(), await make_workspace()
    await make_person(first)
    for workspace in (first, second):
        await join(user, workspace, role="viewer")
    model = Model(user, first, second)
    for action, argument in actions:
        await act(database, model, action, argument)
        await agrees(database, model)


async def test_a_token_is_unknown_to_whoever_does_not_present_it(
    database: Database, workspace: Workspace
) -> None:
    person = await make_person(workspace)
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        assert await sign_ins.recognise(db, person.token, now=datetime.now(UTC)) is None
        assert not await sign_ins.open_of(db, person.user.id, now=datetime.now(UTC))


async def test_somebody_shut_out_of_their_only_workspace_is_known_but_nowhere(
    database: Database, workspace: Workspace
) -> None:
    await make_person(workspace)
    person = await make_person(workspace, role="viewer")
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        await memberships.disable(db, workspace.id, person.membership_id, by="admin", now=datetime.now(UTC))
    found = await recognise(database, person.token, datetime.now(UTC))
    assert found
    assert found.caller is None


async def test_the_team_sees_when_somebody_was_last_here(database: Database, workspace: Workspace) -> None:
    person = await make_person(workspace)
    later = datetime.now(UTC) + timedelta(hours=1)
    await recognise(database, person.token, later)
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        assert [member.seen_at for member in await memberships.team(db, workspace.id)] == [later]


async def test_whoever_never_stops_clicking_signs_in_again_after_two_weeks(
    database: Database, workspace: Workspace
) -> None:
    person, step = await make_person(workspace), timedelta(hours=11)
    now = datetime.now(UTC)
    until = now + ABSOLUTE - timedelta(minutes=1)
    while now < until:
        assert await recognise(database, person.token, now)
        now += step
    assert await recognise(database, person.token, until)
    assert await recognise(database, person.token, until + timedelta(minutes=1, seconds=5)) is None
