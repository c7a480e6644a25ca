"""Signing in the ways of the older clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Request

from auth_service.domain import roles
from auth_service.domain.sessions import LONG_ACCESS
from auth_service.rest.models import (
    LoggedIn,
    LogIn,
    Pair,
    RefreshIn,
    SchoolLogin,
)
from auth_service.service.schedules import Schedules
from auth_service.service.sessions import Device, Grant, Sessions
from common.httpkit.api import Api, Call, Endpoint

TAG = "Sessions"


def device_of(request: Request, address: str) -> Device:
    """What a request comes from."""
    return Device(request.headers.get("User-Agent", ""), address)


@dataclass(frozen=True, slots=True)
class SessionResource:
    """The predecessors' paths to a session."""

    sessions: Sessions
    schedules: Schedules

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for path, handler, model in (
            ("/login", self.log_in, LoggedIn),
            ("/api/token", self.pair, Pair),
            ("/api/v1/auth/login", self.school, SchoolLogin),
        ):
            api.add(
                Endpoint(
                    "POST",
                    [path],
                    handler,
                    {200: model},
                    body=LogIn,
                    signed_in=False,
                    tag=TAG,
                )
            )
        api.add(
            Endpoint(
                "POST",
                ["/api/token/refresh"],
                self.next_pair,
                {200: Pair},
                body=RefreshIn,
                signed_in=False,
                tag=TAG,
            )
        )

    def log_in(self, call: Call) -> dict[str, Any]:
        """Sign in with a username and a password."""
        grant = self._grant(call)
        return {
            "token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_in": grant.expires_in,
            "employee_id": grant.account.employee_id,
        }

    def pair(self, call: Call) -> dict[str, Any]:
        """Sign in for a pair of tokens."""
        return _pair(self._grant(call))

    def next_pair(self, call: Call) -> dict[str, Any]:
        """Exchange a refresh token for the next pair."""
        return _pair(self.sessions.refresh(call.body.refresh))

    def school(self, call: Call) -> dict[str, Any]:
        """Sign in at a school, with who one is."""
        grant = self._grant(call)
        account = grant.account
        return {
            "token": {"access_token": grant.access_token, "token_type": "bearer"},
            "user": {
                "user_school_number": account.school_number,
                "user_full_name": account.full_name or account.username,
                "role": roles.leading(account.roles),
            },
            "schedule": self._schedule(account.employee_id),
        }

    def _schedule(self, employee_id: int) -> list[dict[str, str]] | None:
        lessons = self.schedules.of(employee_id)
        return [
            {
                "lesson_name": lesson.name,
                "teacher_name": lesson.teacher,
                "start_time": lesson.starts_at.isoformat(),
                "end_time": lesson.ends_at.isoformat(),
            }
            for lesson in lessons
        ] or None

    def _grant(self, call: Call) -> Grant:
        device = device_of(call.request, call.address)
        body: LogIn = call.body
        return self.sessions.log_in(body.username, body.password, device, LONG_ACCESS, body.otp)


def _pair(grant: Grant) -> dict[str, Any]:
    return {"refresh": grant.refresh_token, "access": grant.access_token}
