import pytest

from domain.errors import (
    Forbidden,
    Invalid,
    MainspringError,
    NotFound,
    Problem,
    TooMany,
    Unavailable,
    dotted,
    join,
)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ((), ""),
        (("goal",), "goal"),
        (("goal", "all", 1, "op"), "goal.all[1].op"),
        ((0, "name"), "[0].name"),
        (("rows", 3, 4), "rows[3][4]"),
    ],
)
def test_paths_read_as_a_person_would_write_them(path: tuple[str | int, ...], words: str) -> None:
    assert dotted(path) == words


def test_a_path_is_put_under_what_holds_it() -> None:
    assert join("goal", "all[1]") == "goal.all[1]"
    assert join("all", "[1].op") == "all[1].op"
    assert join("goal", "") == "goal"
    assert join("", "goal") == "goal"


def test_invalid_says_the_first_problem_in_full_and_counts_the_others() -> None:
    problems = [
        Problem("start", "name a node"),
        Problem("goal.op", "`is_nt` is not an operator"),
        Problem("", "too big"),
    ]
    assert str(Invalid(problems=problems[:1])) == "start: name a node"
    assert str(Invalid(problems=problems[:2])) == "start: name a node (and 1 more problem)"
    assert str(Invalid(problems=problems)) == "start: name a node (and 2 more problems)"
    assert str(Invalid(problems=problems[2:])) == "too big"


def test_invalid_moves_under_the_document_that_holds_it() -> None:
    inner = Invalid.at(("all", 1, "op"), "use another operator")
    assert [str(p) for p in inner.under("nodes.bought.paths[0].when").problems] == [
        "nodes.bought.paths[0].when.all[1].op: use another operator"
    ]


def test_each_error_knows_its_status_and_code_and_may_be_more_exact() -> None:
    error = Forbidden("Ask an owner of this workspace.", code="not_an_owner", role="viewer")
    assert (error.status, error.code, error.message) == (
        403,
        "not_an_owner",
        "Ask an owner of this workspace.",
    )
    assert error.details == {"role": "viewer"}
    assert (NotFound("There is no such contact.").status, NotFound("…").code) == (404, "not_found")
    assert MainspringError("Something went wrong.", status=502).status == 502
    assert MainspringError("Something went wrong.").status == 500


def test_those_that_pass_say_when() -> None:
    assert TooMany("Too many sign-ins.", retry_after=30).retry_after == 30
    assert Unavailable("The database is away.").retry_after == 5
