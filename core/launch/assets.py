"""The browser half: npm packages and bundles, made again only when what goes into them changed."""

from collections.abc import Iterator
from pathlib import Path

from core.launch import command, tools
from core.launch.home import CHECKOUT, fingerprint, stamped
from core.launch.say import Step

# Steps, triggers and vendors name their icons in Python, and the sprite holds exactly the icons that are named.
SOURCES = {"web": "*", "templates": "*", "activities": "*.py", "domain": "*.py", "integrations": "*.py"}
NOT_SOURCES = {"dist", "__pycache__"}
BUILT = "web/static/dist/manifest.json"


def ensure(log: Path, *, checkout: Path = CHECKOUT) -> None:
    packages(log, checkout=checkout)
    bundles(log, checkout=checkout)


def packages(log: Path, *, checkout: Path = CHECKOUT) -> None:
    stamp = checkout / "node_modules" / ".mainspring-packages"
    state = fingerprint([checkout / "package.json", checkout / "package-lock.json"], base=checkout)
    with Step("Browser packages") as step:
        if stamped(stamp, state):
            step.done("up to date")
            return
        stamp.unlink(missing_ok=True)
        tools.npm_ci(checkout, step, log)
        stamp.write_text(state)


def bundles(log: Path, *, checkout: Path = CHECKOUT) -> None:
    stamp = checkout / "node_modules" / ".mainspring-bundles"
    state = fingerprint(inputs(checkout), base=checkout)
    with Step("Browser bundles") as step:
        if stamped(stamp, state) and (checkout / BUILT).exists():
            step.done("up to date")
            return
        stamp.unlink(missing_ok=True)
        build = [*tools.npm(log), "run", "build"]
        command.run(build, step, log=log, cwd=checkout, env=tools.environment())
        stamp.write_text(state)


def inputs(checkout: Path) -> Iterator[Path]:
    yield checkout / "package-lock.json"
    yield from checkout.glob("tsconfig*.json")
    for folder, pattern in SOURCES.items():
        for path in (checkout / folder).rglob(pattern):
            if path.is_file() and not NOT_SOURCES.intersection(path.parts[len(checkout.parts) :]):
                yield path
