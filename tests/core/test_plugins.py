"""Plug-ins: the folder is the list, and a broken file stops the start."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.plugins import BrokenPlugin, load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty package that can be imported as `plugged`."""
    package = tmp_path / "plugged"
    package.mkdir()
    (package / "__init__.py").write_text("SEEN = []\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] == "plugged"]:
        del sys.modules[name]


def test_every_file_is_imported_in_order(folder):
    for name in ("b", "a"):
        (folder / f"{name}.py").write_text("import plugged\nplugged.SEEN.append(__name__)\n")
    (folder / "vendor").mkdir()
    (folder / "vendor" / "__init__.py").write_text("")
    assert [module.__name__ for module in load("plugged")] == ["plugged.a", "plugged.b", "plugged.vendor"]
    assert sys.modules["plugged"].SEEN == ["plugged.a", "plugged.b"]


def test_loading_twice_registers_once(folder):
    (folder / "a.py").write_text("import plugged\nplugged.SEEN.append(__name__)\n")
    assert load("plugged") == load(sys.modules["plugged"])
    assert sys.modules["plugged"].SEEN == ["plugged.a"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def (", "SyntaxError"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
    ],
)
def test_a_broken_file_stops_the_start_and_is_named(folder, source, says):
    (folder / "bad.py").write_text(source)
    with pytest.raises(BrokenPlugin, match=rf"plug-in plugged.bad cannot be loaded: {says}"):
        load("plugged")
