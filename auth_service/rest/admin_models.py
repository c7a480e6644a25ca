"""What comes in and goes out about invitations, roles and files of people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from auth_service.rest.directory import RoleWord
from common.httpkit.fields import Id, Strict

_Reason = Annotated[str, Field(max_length=500)]
_Note = Annotated[str, Field(max_length=500)]
_Uses = Annotated[int, Field(ge=1, le=1000)]
# JSON has no times: a text that is one.
_Time = Annotated[AwareDatetime, Field(strict=False)]


class InvitationIn(Strict):
    """An invitation; without ``expires_at`` it is good for a week."""

    role: RoleWord
    site_id: Id | None = None
    team_ids: list[Id] = Field(default=[], max_length=100)
    expires_at: _Time | None = None
    uses: _Uses = 1
    note: _Note = ""


class InvitationChange(Strict):
    """What is to change; what is not named stays. Nothing undoes a revocation.

    ``expires_at: null`` is a week from now, as for a new one.
    """

    expires_at: _Time | None = None
    uses: _Uses = 1
    note: _Note = ""
    revoked: Literal[True] = True


class InvitationOut(BaseModel):
    """An invitation; ``hint`` is the end of its code."""

    id: int
    hint: str
    role: str
    site_id: int | None
    team_ids: list[int]
    expires_at: str
    uses: int
    used: int
    note: str
    created_by: int
    created_at: str
    revoked_at: str | None


class InvitationMade(InvitationOut):
    """A new invitation with its code, which is told this one time."""

    code: str


class InvitationPage(BaseModel):
    """Some invitations, the newest first."""

    items: list[InvitationOut]
    next_cursor: str | None


class InvitationsQuery(BaseModel):
    """A page of invitations."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,15}$")] | None = None


class InvitationPath(BaseModel):
    """Which invitation."""

    invitation_id: Id


class InvitationCode(Strict):
    """The code of an invitation."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


class Invited(BaseModel):
    """What an invitation promises."""

    role: str
    site_name: str | None
    expires_at: str


class RoleOut(BaseModel):
    """A role, how many people hold it, and what it may do."""

    role: str
    people: int
    actions: list[str]


class RoleList(BaseModel):
    """Every role that people can have."""

    items: list[RoleOut]


class RoleGrant(Strict):
    """One more role for somebody."""

    employee_id: Id
    role: RoleWord
    reason: _Reason | None = None


class RolesChange(Strict):
    """Exactly these roles for somebody."""

    employee_id: Id
    roles: Annotated[list[RoleWord], Field(min_length=1, max_length=6)]
    reason: _Reason | None = None


class ImportQuery(BaseModel):
    """``dry_run`` says what would happen and changes nothing."""

    dry_run: bool = False


class ImportFault(BaseModel):
    """What is wrong with a cell; ``row`` counts from 1, the header."""

    row: int
    field: str
    code: str
    message: str


class ImportOut(BaseModel):
    """What a file changed or would change; with any error nothing is applied."""

    rows: int
    created: int
    changed: int
    unchanged: int
    applied: bool
    errors: list[ImportFault]
