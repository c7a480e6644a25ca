"""Invitations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth_service.rest.admin_models import (
    InvitationChange,
    InvitationCode,
    InvitationIn,
    InvitationMade,
    InvitationOut,
    InvitationPage,
    InvitationPath,
    InvitationsQuery,
    Invited,
)
from auth_service.service.account_values import Invitation
from auth_service.service.invitations import Invitations
from common import logs
from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint
from common.identity import Role

_TAG = "Invitations"
_ALL = "/api/v1/invitations"


@dataclass(frozen=True, slots=True)
class InvitationResource:
    """Accounts promised to whoever has a code."""

    invitations: Invitations

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint("POST", [_ALL], self.make, {201: InvitationMade}, body=InvitationIn, tag=_TAG),
            Endpoint(
                "GET", [_ALL], self.all, {200: InvitationPage}, query=InvitationsQuery, tag=_TAG
            ),
            Endpoint(
                "PATCH",
                [f"{_ALL}/<id:invitation_id>"],
                self.change,
                {200: InvitationOut},
                path=InvitationPath,
                body=InvitationChange,
                tag=_TAG,
            ),
            Endpoint(
                "POST",
                [f"{_ALL}/check"],
                self.check,
                {200: Invited},
                body=InvitationCode,
                signed_in=False,
                tag=_TAG,
            ),
        ):
            api.add(endpoint)

    def make(self, call: Call) -> dict[str, Any]:
        """Invite people."""
        body: InvitationIn = call.body
        made, code = self.invitations.make(
            call.subject,
            role=Role(body.role),
            site_id=body.site_id,
            team_ids=body.team_ids,
            expires_at=body.expires_at,
            uses=body.uses,
            note=body.note,
            request_id=logs.request_id(),
        )
        return _shown(made) | {"code": code}

    def all(self, call: Call) -> dict[str, Any]:
        """The invitations one has made; for an admin everybody's."""
        limit, cursor = call.query.limit, call.query.cursor
        before = int(cursor) if cursor else None
        found = self.invitations.page(call.subject, before, limit + 1)
        following = str(found[limit - 1].id) if len(found) > limit else None
        return {"items": [_shown(one) for one in found[:limit]], "next_cursor": following}

    def change(self, call: Call) -> dict[str, Any]:
        """Prolong, widen, annotate or revoke an invitation."""
        body: InvitationChange = call.body
        values = {name: getattr(body, name) for name in body.model_fields_set}
        return _shown(
            self.invitations.change(
                call.subject, call.path.invitation_id, values, logs.request_id()
            )
        )

    def check(self, call: Call) -> dict[str, Any]:
        """What an invitation promises."""
        found = self.invitations.check(call.body.code, call.address)
        return {
            "role": found.role.value,
            "site_name": found.site_name,
            "expires_at": rfc3339(found.expires_at),
        }


def _shown(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.id,
        "hint": one.hint,
        "role": one.role.value,
        "site_id": one.site_id,
        "team_ids": list(one.team_ids),
        "expires_at": rfc3339(one.expires_at),
        "uses": one.uses,
        "used": one.used,
        "note": one.note,
        "created_by": one.created_by,
        "created_at": rfc3339(one.created_at),
        "revoked_at": rfc3339(one.revoked_at) if one.revoked_at else None,
    }
