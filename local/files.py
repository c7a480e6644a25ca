"""Static files, ready to be sent: looked up by name, never by path, and revalidated by content."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
_SQUEEZED = (".js", ".css", ".html", ".svg", ".webmanifest", ".json", ".txt")
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer but for the headers every one has."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class _Ready:
    stamp: tuple[int, int]
    tag: str
    kind: str
    body: bytes
    squeezed: bytes | None


def not_found() -> Answer:
    """The same for whatever is not there."""
    return Answer(
        404, (("Content-Type", "text/plain"), ("Cache-Control", "no-store")), b"Not found"
    )


class Files:
    """The files below ``folder``, and ``made`` ones by path; safe to use from many threads.

    A path is matched against the files that are really there, so ``..``, links out of the folder
    and hidden files cannot be asked for; a folder is answered by its ``index.html`` alone.
    """

    def __init__(self, folder: Path, made: Mapping[str, bytes]) -> None:
        self._folder = folder.resolve()
        self._made = made
        self._ready: dict[str, _Ready] = {}
        self._lock = Lock()

    def answer(self, path: str, *, gzip: bool, known: str) -> Answer:
        """The answer for URL ``path``; ``known`` is the request's If-None-Match."""
        name = unquote(path)
        if name.endswith("/"):
            name += "index.html"
        ready = self._find(name)
        if ready is None:
            return not_found()
        body = ready.squeezed if gzip and ready.squeezed else ready.body
        squeezed = body is ready.squeezed
        # One tag for each of the two bodies, as RFC 9110 wants of strong ones.
        tag = f'"{ready.tag}{"-gz" if squeezed else ""}"'
        headers: Headers = (("ETag", tag), ("Cache-Control", "no-cache"))
        if tag in {word.strip().removeprefix("W/") for word in known.split(",")}:
            return Answer(304, headers, b"")
        headers += (("Content-Type", ready.kind),)
        if squeezed:
            headers += (("Content-Encoding", "gzip"),)
        return Answer(200, headers, body)

    def _find(self, name: str) -> _Ready | None:
        if name in self._made:
            return self._keep(name, (0, 0), self._made[name])
        parts = name.split("/")[1:]
        if "\0" in name or any(part.startswith(".") or not part for part in parts):
            return None
        path = self._folder.joinpath(*parts).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        found = path.stat()
        stamp = (found.st_mtime_ns, found.st_size)
        known = self._ready.get(name)
        if known is not None and known.stamp == stamp:
            return known
        return self._keep(name, stamp, path.read_bytes())

    def _keep(self, name: str, stamp: tuple[int, int], body: bytes) -> _Ready:
        with self._lock:
            known = self._ready.get(name)
            if known is not None and known.stamp == stamp:
                return known
            suffix = Path(name).suffix
            guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
            squeezed = gzip.compress(body, 6, mtime=0) if suffix in _SQUEEZED else None
            made = _Ready(
                stamp,
                hashlib.sha256(body).hexdigest()[:24],
                _TYPES.get(suffix, guessed),
                body,
                squeezed if squeezed is not None and len(squeezed) < len(body) else None,
            )
            self._ready[name] = made
            return made
