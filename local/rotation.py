"""``make rotate-key``: another key signs tokens, and nobody is interrupted."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping

import httpx

from common.config import ROOT, load
from common.errors import DomainError
from common.service_token import ServiceToken
from common.tokens import Signer, key_id
from local import keys
from local.account import unprivileged
from local.console import hand_over
from local.place import Place, find_place
from local.screen import Screen
from local.settings import LocalSettings
from local.status import is_running

_NAME = "token_signing_key"
_WITHIN = 20.0


def rotate_key(env: Mapping[str, str], screen: Screen) -> int:
    """Make a key and follow it until it signs; with ``NOW=1`` withdraw all others then."""
    place = find_place(env, ROOT, unprivileged())
    if not (place.secrets / _NAME).is_file():
        screen.trouble("rotate-key", f"there is no key in {place.secrets} yet")
        return 3
    keys.replace(place.secrets, _NAME)
    kid = key_id(Signer(keys.read(place.secrets, _NAME), "").public)
    if not is_running(place):
        screen.say(f"Made {kid}; the next start signs with it.")
        return 0
    auth_url = load(LocalSettings, env).neighbours()["AUTH_URL"]
    for said, holds in (
        ("published", lambda: kid in _published(auth_url)),
        ("signs", lambda: kid == _signing(auth_url, place)),
    ):
        if not _until(holds):
            screen.trouble("rotate-key", f"{kid} is not what auth_service uses; see its log")
            return 1
        screen.say(f"{kid}: {said}")
    if env.get("NOW") == "1":
        return hand_over(env, screen, "auth_service", "withdraw-keys")
    screen.say("The key before it is withdrawn once its last token is over, in about an hour.")
    return 0


def _until(holds: Callable[[], bool]) -> bool:
    """Wait for a condition, within reason."""
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        try:
            if holds():
                return True
        except (httpx.HTTPError, DomainError):
            pass  # auth_service is being restarted, perhaps
        time.sleep(0.5)
    return False


def _published(auth_url: str) -> set[str]:
    with httpx.Client(timeout=2, trust_env=False) as client:
        answer = client.get(f"{auth_url}/.well-known/jwks.json").raise_for_status()
    return {key["kid"] for key in answer.json()["keys"]}


def _signing(auth_url: str, place: Place) -> str:
    """The name of the key that a token of this moment is signed with."""
    name = "reporter"
    secret = keys.read(place.secrets, f"service_{name}")
    header = ServiceToken(auth_url, f"service:{name}", secret).get().partition(".")[0]
    found = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    return str(found["kid"])
