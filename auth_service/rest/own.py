"""One's own sessions and password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from auth_service.domain.sessions import network_kind
from auth_service.rest import cookie
from auth_service.rest.own_models import PasswordIn, SessionPage, SessionPath, SessionsQuery
from auth_service.rest.sessions import TAG
from auth_service.rest.strict import unprocessable
from auth_service.service.account_values import OpenSession
from auth_service.service.own import Own
from common import logs
from common.clock import rfc3339
from common.httpkit.api import Answer, Api, Call, Endpoint

_SESSIONS = "/api/v1/auth/sessions"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OwnResource:
    """What everybody does with their own account."""

    own: Own

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint(
                "GET", [_SESSIONS], self.sessions, {200: SessionPage}, query=SessionsQuery, tag=TAG
            ),
            Endpoint(
                "DELETE",
                [f"{_SESSIONS}/<sid>"],
                self.revoke,
                {204: None},
                path=SessionPath,
                tag=TAG,
            ),
            Endpoint(
                "POST",
                ["/api/v1/auth/password"],
                self.change_password,
                {204: None},
                body=PasswordIn,
                tag=TAG,
            ),
        ):
            api.add(endpoint)

    def sessions(self, call: Call) -> dict[str, Any]:
        """Where one is signed in."""
        limit = call.query.limit
        found = self.own.sessions(call.subject, _place(call.query.cursor), limit + 1)
        following = _cursor(found[limit - 1]) if len(found) > limit else None
        current = call.subject.session_id
        items = [_session(one) | {"current": one.sid == current} for one in found[:limit]]
        return {"items": items, "next_cursor": following}

    def revoke(self, call: Call) -> Answer:
        """Sign out elsewhere, or here."""
        self.own.revoke(call.subject, call.path.sid, logs.request_id())
        here = call.path.sid == call.subject.session_id
        return Answer(None, 204, cookie.clear(call.request) if here else {})

    def change_password(self, call: Call) -> None:
        """Set another password; signs out everywhere else."""
        with unprocessable({"password": "new"}):
            self.own.change_password(
                call.subject, call.body.current, call.body.new, call.address, logs.request_id()
            )


def _session(one: OpenSession) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "device": one.device,
        "address": one.address,
        "network": network_kind(one.address),
        "created_at": rfc3339(one.created_at),
        "used_at": rfc3339(one.used_at),
        "expires_at": rfc3339(one.expires_at),
    }


def _cursor(one: OpenSession) -> str:
    return f"{(one.created_at - _EPOCH) // _MICROSECOND}.{one.sid}"


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    """The session that `_cursor` named."""
    if cursor is None:
        return None
    number, _, sid = cursor.partition(".")
    return _EPOCH + int(number) * _MICROSECOND, sid
