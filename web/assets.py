"""The built browser files: their hashed addresses, and a way to serve them compressed and kept for ever."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent / "static" / "dist"
PREFIX = "/static"
_HASHED = re.compile(r"-[0-9A-Z]{8}\.")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class NotBuilt(RuntimeError):  # noqa: N818 -- an error is named as the sentence that it is
    """The browser files are missing."""


@dataclass(frozen=True, slots=True)
class Manifest:
    files: Mapping[str, str]
    imports: Mapping[str, tuple[str, ...]]
    icons: frozenset[str]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        path = folder / "manifest.json"
        if not path.exists():
            raise NotBuilt(f"{path} is missing. Build the browser files with: npm ci && npm run build")
        content = json.loads(path.read_text())
        return cls(
            files=content["files"],
            imports={name: tuple(needs) for name, needs in content["imports"].items()},
            icons=frozenset(content["icons"]),
        )


class Assets:
    """Looks names up in the manifest, and reads it again when a build has replaced it."""

    def __init__(self, folder: Path = DIST) -> None:
        self._path = folder / "manifest.json"
        self._manifest = Manifest.read(folder)
        self._read_at = self._changed_at()

    def url(self, name: str) -> str:
        """`app.js` → `/static/app-4F2A9C1B.js`."""
        return f"{PREFIX}/{self.manifest.files[name]}"

    def has(self, name: str) -> bool:
        return name in self.manifest.files

    def imports(self, name: str) -> list[str]:
        """What a script loads next: fetched early by `modulepreload`."""
        return [f"{PREFIX}/{path}" for path in self.manifest.imports.get(name, ())]

    @property
    def manifest(self) -> Manifest:
        changed_at = self._changed_at()
        if changed_at not in (self._read_at, 0):
            self._manifest, self._read_at = Manifest.read(self._path.parent), changed_at
        return self._manifest

    def _changed_at(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0  # a build is swapping it this instant


class BuiltFiles(StaticFiles):
    """Serves the folder with the smallest copy that the browser takes; hashed names never change, so they are kept."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        for encoding, suffix in self._accepted(scope):
            full, found = self.lookup_path(path + suffix)
            if found and full:
                plain, stat = self.lookup_path(path)
                if stat:
                    response = self.file_response(full, found, scope)
                    response.headers["Content-Encoding"] = encoding
                    response.headers["Content-Type"] = _content_type(plain)
                    return self._kept(path, response)
        return self._kept(path, await super().get_response(path, scope))

    @staticmethod
    def _accepted(scope: Scope) -> list[tuple[str, str]]:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        accepts = headers.get(b"accept-encoding", b"").decode("latin-1")
        return [pair for pair in _ENCODINGS if pair[0] in accepts]

    @staticmethod
    def _kept(path: str, response: Response) -> Response:
        if response.status_code in (200, 304):
            forever = _HASHED.search(path)
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if forever else "no-cache"
            )
            response.headers["Vary"] = "Accept-Encoding"
        return response


_TYPES: dict[str, Any] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


def _content_type(path: str) -> str:
    return _TYPES.get(Path(path).suffix, "application/octet-stream")
