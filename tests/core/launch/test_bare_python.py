"""The launcher runs before anything is installed, so it may use the standard library and itself, and nothing else."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.launch.home import CHECKOUT

FILES = sorted((CHECKOUT / "core" / "launch").rglob("*.py"))


def modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_imports_only_what_every_python_has(path: Path):
    foreign = {
        name
        for name in modules(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("core.launch")
    }
    assert not foreign


def test_runs_without_any_installed_package():
    bare = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import runpy, sys; sys.path.insert(0, '.'); sys.argv[1:] = ['--help']",
    ]
    bare[-1] += "; runpy.run_module('core.launch', run_name='__main__')"
    done = subprocess.run(bare, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "with-services" in done.stdout


def test_the_makefile_offers_every_verb_a_person_needs():
    done = subprocess.run(["make", "help"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    offered = {line.split()[0] for line in done.stdout.splitlines() if line}
    wanted = ["run", "test", "setup", "lint", "types", "fix", "unit", "bench", "migrate", "fresh", "vertical"]
    assert set(wanted) <= offered


def test_vertical_lists_the_files_of_one_noun():
    environment = {**os.environ, "MAKEFLAGS": ""}
    done = subprocess.run(
        ["make", "-s", "vertical", "N=requirements"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    assert {"requirements.lock", "requirements-dev.lock"} <= set(done.stdout.split())


def test_an_old_python_is_told_in_one_sentence(tmp_path: Path):
    """By the same file, with the version turned back before it runs."""
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.path.insert(0, '.');"
        "runpy.run_module('core.launch', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Mainspring needs Python 3.11 or newer")
    assert "Traceback" not in done.stderr
