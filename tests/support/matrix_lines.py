"""The matrix: a line for each operation of each service. A new operation is added here.

``"METHOD /path": Line(rule)`` is enough where the request needs no body. Lines are asked in their
order, so what takes things away stands last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from common.identity import Role
from face_service.domain.consent import CONSENT_VERSION
from tests.support import matrix_rules as may
from tests.support.attendance import base64_of
from tests.support.auth import PASSWORD
from tests.support.matrix import RELATIONS, Case, Line, Scene
from tests.support.matrix_asks import (
    PICTURE,
    alone,
    body,
    by_secret,
    csv,
    form,
    helped,
    listed,
    made,
    may_decide,
    past_the_door,
    unique,
    upload,
)

HERE = RELATIONS[:3]
_OPEN = Line(may.everybody)
_WRONG = body(username="nobody", password="not the password")
_MEANT: dict[str, Any] = {"employee_id": lambda _, case: case.target}
_OTHER: dict[str, Any] = {"employee_id": lambda scene, _: scene.away.staff}
_WHOM: dict[str, Any] = {"employee_id": lambda scene, _: scene.home.manager}

_TEAM_OF = {
    f"{method} /api/v1/teams/{{team_id}}/{place}s{rest}": Line(
        may.leads if method == "GET" else may.admin, ask, ("team", "other", "none")
    )
    for place in ("member", "manager")
    for method, rest, ask in (
        ("GET", "", body()),
        ("POST", "", body(**_WHOM)),
        ("PUT", "", body(employee_ids=lambda scene, _: [scene.home.manager])),
        ("PUT", "/{employee_id}", body()),
        ("DELETE", "/{employee_id}", body()),
    )
}

_ME, _SECOND = "/api/v1/auth", "/api/v1/auth/second-factor"
#: One's own account is nobody else's to name; what is sent is refused for another reason.
_ACCOUNTS = {
    f"GET {_ME}/choices": _OPEN,
    f"GET {_ME}/oidc/{{name}}/start": Line(may.everybody, sees=past_the_door),
    f"GET {_ME}/oidc/{{name}}/callback": Line(may.everybody, sees=past_the_door),
    f"GET {_ME}/sessions": Line(may.signed_in),
    f"DELETE {_ME}/sessions/{{sid}}": Line(may.signed_in, sees=past_the_door),
    f"GET {_SECOND}": Line(may.signed_in),
    f"POST {_SECOND}": Line(may.signed_in, body(password="wrong")),
    f"POST {_SECOND}/confirm": Line(may.signed_in, body(code="000000")),
    f"POST {_SECOND}/recovery-codes": Line(may.signed_in, body(code="000000")),
    f"DELETE {_SECOND}": Line(may.signed_in, body(code="000000")),
    f"POST {_SECOND}/verify": Line(may.everybody, body(challenge="x", code="000000")),
    f"POST {_ME}/password": Line(may.signed_in, body(current="wrong", new="three long words")),
    f"POST {_ME}/reset/check": Line(may.everybody, body(token="x")),
    f"POST {_ME}/reset": Line(may.everybody, body(token="x", password="three long words")),
    "GET /api/v1/users/{employee_id}/kiosk": Line(may.own_or_admin),
    "PUT /api/v1/users/{employee_id}/kiosk": Line(may.own_or_admin, body(pin="4711")),
    f"POST {_ME}/kiosk/resolve": Line(may.kiosk, body(badge="unheard of")),
    f"POST {_ME}/kiosk/badges": Line(may.kiosk, body(badges=["unheard of"])),
    "GET /api/v1/roles": Line(may.admin),
    "POST /api/v1/roles": Line(may.admin, body(role="device", **_MEANT), RELATIONS),
    "PATCH /api/v1/roles": Line(may.admin, body(roles=["staff"], **_OTHER)),
    "POST /api/v1/users/{employee_id}/reset-link": Line(may.admin),
    "DELETE /api/v1/users/{employee_id}/second-factor": Line(
        may.admin, body(reason="lost it"), HERE, past_the_door
    ),
    "GET /api/v1/users/export": Line(may.admin),
    "POST /api/v1/users/import": Line(may.admin, csv("username\nx\n")),
    "GET /api/v1/invitations": Line(may.invites),
    "POST /api/v1/invitations": Line(may.admin, body(role="manager")),
    "PATCH /api/v1/invitations/{invitation_id}": Line(
        may.invites, body(note="x"), ("own",), past_the_door
    ),
    "POST /api/v1/invitations/check": Line(may.everybody, body(code="x")),
}

AUTH: Mapping[str, Line] = {
    "GET /.well-known/jwks.json": _OPEN,
    "POST /register": Line(may.everybody, body(username=unique, password=PASSWORD)),
    "POST /api/register": Line(may.everybody, body(username=unique, password=PASSWORD)),
    "POST /login": Line(may.everybody, _WRONG, sees=by_secret),
    "POST /api/token": Line(may.everybody, _WRONG, sees=by_secret),
    "POST /api/v1/auth/login": Line(may.everybody, _WRONG, sees=by_secret),
    "POST /api/v1/auth/token": Line(
        may.everybody,
        form(grant_type="client_credentials", client_id="service:reporter", client_secret="no"),
        sees=by_secret,
    ),
    "POST /api/token/refresh": Line(may.everybody, body(refresh=helped("refresh"))),
    "POST /api/v1/auth/refresh": Line(may.everybody, body(refresh_token=helped("refresh"))),
    "GET /employees": Line(may.leads, relations=HERE, sees=listed("id")),
    "GET /api/v1/users": Line(
        may.leads,
        lambda _, __: {"params": {"limit": 500}},
        relations=HERE,
        sees=listed("employee_id"),
    ),
    "POST /api/v1/users": Line(may.admin, body(username=unique)),
    "GET /api/v1/users/me": Line(may.signed_in),
    "GET /api/v1/users/{employee_id}": Line(may.reads),
    "PATCH /api/v1/users/{employee_id}": Line(may.admin, body(full_name="Somebody")),
    "GET /api/v1/sites": Line(may.signed_in),
    "POST /api/v1/sites": Line(may.admin, body(name=unique, zone="Europe/Istanbul")),
    "PATCH /api/v1/sites/{site_id}": Line(may.admin, body(biometrics=True)),
    "GET /api/v1/teams": Line(
        may.leads,
        relations=("team", "other"),
        sees=listed("id", lambda scene, case: scene.find["team_id"](case)),
    ),
    "POST /api/v1/teams": Line(
        may.admin, body(name=unique, site_id=lambda scene, _: scene.home.site)
    ),
    "PATCH /api/v1/teams/{team_id}": Line(may.admin, body(name=unique)),
    "GET /api/v1/audit": Line(may.admin),
    **_ACCOUNTS,
    **_TEAM_OF,
    "DELETE /api/v1/teams/{team_id}": Line(may.admin),
    "POST /api/v1/auth/logout": Line(may.signed_in),
    "POST /api/v1/auth/logout-all": Line(may.signed_in),
}

_PICTURE = {"image": base64_of(PICTURE)}
_BATCH = Line(
    may.punches,
    body(
        punches=lambda _, case: [
            {
                "id": case.unique,
                "employee_id": case.target,
                "claimed_at": "2026-11-20T08:00:00Z",
                **_PICTURE,
            }
        ]
    ),
    RELATIONS,
    sees=made,
)
_PLACE = "/api/v1/attendance/places/{place_id}"
_RECORD = "/api/v1/attendance/records/{record_id}"
_ATTENDEE = "/api/v1/attendance/people/{person_id}"

ATTENDANCE: Mapping[str, Line] = {
    "POST /attendance": Line(may.punches, body(action="in", **_PICTURE)),
    "POST /api/v1/attendance/records": Line(may.punches, body(action="out", **_PICTURE)),
    "POST /attendance/batch": _BATCH,
    "POST /api/v1/attendance/batch": _BATCH,
    "POST /api/v1/attendance/kiosk/look": Line(
        may.kiosk,
        body(badge="unheard of", place_id=lambda scene, _: scene.help["kiosk"](None)),
        sees=alone,
    ),
    "POST /api/v1/attendance/kiosk/confirm": Line(may.kiosk, body(ticket="unknown")),
    "GET /attendance/{employee_id}": Line(may.reads),
    "GET /api/v1/attendance/records": Line(
        may.reads,
        lambda _, __: {"params": {"limit": 1000}},
        relations=HERE,
        sees=listed("employee_id"),
    ),
    f"GET {_RECORD}": Line(may.reads),
    f"GET {_RECORD}/photo": Line(may.reads),
    "GET /api/v1/attendance/reviews": Line(may.leads_some),
    f"POST {_RECORD}/decision": Line(may.decides, body(decision="accept"), sees=may_decide),
    f"POST {_RECORD}/decision/undo": Line(may.decides, sees=may_decide),
    f"GET {_ATTENDEE}/access-log": Line(may.owns),
    f"GET {_ATTENDEE}/export": Line(may.owns),
    "GET /api/v1/attendance/board": Line(may.board, relations=HERE, sees=listed("employee_id")),
    "GET /api/v1/attendance/state": Line(may.signed_in),
    "GET /api/v1/attendance/audit": Line(may.admin),
    "GET /api/v1/attendance/places": Line(
        may.own_site,
        relations=("team", "other"),
        sees=listed("id", lambda scene, case: scene.find["place_id"](case)),
    ),
    "POST /api/v1/attendance/places": Line(
        may.admin, body(name=unique, site_id=lambda scene, _: scene.home.site)
    ),
    f"GET {_PLACE}": Line(may.own_site),
    f"GET {_PLACE}/policies": Line(may.own_site),
    f"POST {_PLACE}/policies": Line(may.admin, body(evidence=["photo"])),
    f"PATCH {_PLACE}": Line(may.admin, body(name=unique)),
    f"POST {_ATTENDEE}/erasure": Line(may.owns),
    "POST /api/v1/webhooks/verification-result/{verification_id}": Line(
        may.nobody, body(overall_result={"verification_passed": True}), ("own",)
    ),
}

_PERSON = "/api/v1/people/{person_id}"
_RESULTS = "http://127.0.0.1:8002/api/v1/webhooks/verification-result/1"


def _pair(scene: Scene, case: Case) -> Mapping[str, Any]:
    """Two pictures for the older call."""
    picture = ("photo.png", PICTURE, "image/png")
    fields = {
        "webhook_url": _RESULTS,
        "verification_id": unique(scene, case),
        "student_school_number": "1",
    }
    return {"data": fields, "files": {"picture": picture, "intended_picture": picture}}


FACE: Mapping[str, Line] = {
    "POST /api/v1/faces/detect": Line(may.signed_in, upload()),
    "POST /api/v1/faces/quality": Line(may.signed_in, upload()),
    "POST /api/v1/faces/verify": Line(
        may.verifies, upload(employee_id=lambda _, case: str(case.target)), RELATIONS
    ),
    "POST /api/v1/faces/challenges": Line(may.signed_in, body(alternative=True)),
    "POST /api/v1/faces/liveness": Line(may.signed_in, upload()),
    "POST /api/v1/faces/identify": Line(
        may.identifies,
        upload(site=lambda scene, case: str(scene.find["site_id"](case))),
        RELATIONS[1:],
    ),
    "GET /api/v1/faces/alarms": Line(may.admin),
    "PATCH /api/v1/faces/alarms/{alarm_id}": Line(
        may.admin, body(state="closed"), ("own",), past_the_door
    ),
    "GET /api/v1/faces/audit": Line(may.admin),
    "GET /api/v1/faces/consent-text": _OPEN,
    f"GET {_PERSON}/access-log": Line(may.owns),
    f"GET {_PERSON}/export": Line(may.owns),
    "POST /verify-face-async": Line(may.service, _pair),
    "POST /api/v1/jobs/verify": Line(
        may.service,
        upload(
            employee_id=lambda _, case: str(case.target),
            webhook_url=_RESULTS,
            verification_id=unique,
        ),
        ("team", "other", "none"),
    ),
    "GET /api/v1/jobs": Line(may.admin),
    # Its own job, and nobody else's, for a service.
    "GET /api/v1/jobs/{job_id}": Line(
        lambda role, _: role in (Role.ADMIN, Role.SERVICE), relations=("own",)
    ),
    "POST /api/v1/jobs/{job_id}/retry": Line(may.admin, relations=("own",)),
    f"GET {_PERSON}/consent": Line(may.reads),
    f"POST {_PERSON}/consent": Line(may.own, body(version=CONSENT_VERSION)),
    f"GET {_PERSON}/faces": Line(may.reads),
    f"GET {_PERSON}/faces/{{face_id}}/photo": Line(may.reads),
    f"GET {_PERSON}/photo": Line(may.reads),
    f"POST {_PERSON}/faces": Line(may.reads, upload()),
    f"DELETE {_PERSON}/faces/{{face_id}}": Line(may.reads),
    f"DELETE {_PERSON}/faces": Line(may.reads),
    f"DELETE {_PERSON}/consent": Line(may.reads),
    f"POST {_PERSON}/erasure": Line(may.owns),
}

#: The reporter's plain addresses are for everybody; its socket has a test of its own.
REPORTER = frozenset(
    {
        "GET /ws",
        "POST /hook/new-record",
        "GET /health/live",
        "GET /health/ready",
        "GET /metrics",
        "GET /openapi.json",
    }
)

#: gRPC methods by their full names.
GRPC: Mapping[str, Callable[..., bool]] = {
    "proto.AttendanceService/List": may.reads,
    "proto.AttendanceService/StreamNew": may.reads,
    "proto.AttendanceService/CheckIn": may.punches,
    "proto.AttendanceService/CheckInBatch": may.punches,
    "proto.FeedService/Follow": may.follows_all,
}
