"""How the lines of the matrix ask, and what they take for being let in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.support.matrix import Ask, Case, Scene, Sees, granted
from tests.support.pictures import photo

PICTURE = photo(320, 240)


def body(**fields: Any) -> Ask:
    """JSON with these members; what can be called is asked with the scene and the case."""
    return lambda scene, case: {"json": _filled(fields, scene, case)}


def form(**fields: Any) -> Ask:
    """The same as a form."""
    return lambda scene, case: {"data": _filled(fields, scene, case)}


def upload(**fields: Any) -> Ask:
    """The same as multipart fields beside the file ``image``."""

    def ask(scene: Scene, case: Case) -> Mapping[str, Any]:
        files = {"image": ("photo.png", PICTURE, "image/png")}
        return {"data": _filled(fields, scene, case), "files": files}

    return ask


def _filled(fields: Mapping[str, Any], scene: Scene, case: Case) -> dict[str, Any]:
    return {
        name: value(scene, case) if callable(value) else value for name, value in fields.items()
    }


def unique(_: Scene, case: Case) -> str:
    """A name nobody has yet."""
    return case.unique


def helped(name: str) -> Callable[[Scene, Case], Any]:
    """What the service's test provides under ``name``."""
    return lambda scene, case: scene.help[name](case)


def listed(name: str, wanted: Callable[[Scene, Case], Any] = lambda _, case: case.target) -> Sees:
    """Whether what is meant stands under ``name`` in an item of the list."""

    def sees(answer: httpx.Response, scene: Scene, case: Case) -> bool:
        if answer.status_code in (401, 403):
            return False
        assert answer.status_code == 200, answer.text
        found = answer.json()
        items = found if isinstance(found, list) else found["items"]
        return wanted(scene, case) in {item[name] for item in items}

    return sees


def csv(text: str) -> Ask:
    """A file of people, looked at only."""
    return lambda _, __: {
        "content": text,
        "headers": {"Content-Type": "text/csv"},
        "params": {"dry_run": "true"},
    }


def past_the_door(answer: httpx.Response, _: Scene, __: Case) -> bool:
    """Whether the rights were not the reason: what is meant is not there for anybody."""
    if answer.is_success or answer.is_redirect:
        return True
    return answer.json()["code"] not in {"unauthenticated", "forbidden"}


def by_secret(answer: httpx.Response, _: Scene, __: Case) -> bool:
    """Open to whoever knows a password or a secret: a token neither helps nor hinders."""
    return answer.is_success or answer.json()["code"] == "invalid_credentials"


def made(answer: httpx.Response, _: Scene, __: Case) -> bool:
    """Whether the one punch of a batch became a record."""
    return bool(answer.is_success and answer.json()["results"][0]["status"] == 201)


def alone(answer: httpx.Response, scene: Scene, case: Case) -> bool:
    """Whether rights let it through to another service, which does not run in the test."""
    down = answer.status_code == 503 and answer.json()["code"] == "unavailable"
    return down or past_the_door(answer, scene, case)


def may_decide(answer: httpx.Response, scene: Scene, case: Case) -> bool:
    """As `granted`; that nobody decides on their own is a matter of rights too."""
    own = not answer.is_success and answer.json()["code"] == "own_record"
    return not own and granted(answer, scene, case)
