"""What comes in and goes out about one's own sessions, password and second factor."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import Strict

_Password = Annotated[str, Field(min_length=1, max_length=128)]
_Token = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class SessionsQuery(BaseModel):
    """A page of one's sessions."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,16}\.[A-Za-z0-9_-]{1,64}$")] | None = None


class SessionOut(BaseModel):
    """A sign-in that holds; ``device`` is what the browser or program calls itself."""

    sid: str
    device: str
    address: str
    network: Literal["this_machine", "local_network", "internet"]
    created_at: str
    used_at: str
    expires_at: str
    current: bool


class SessionPage(BaseModel):
    """Some of one's sessions, the newest first."""

    items: list[SessionOut]
    next_cursor: str | None


class SessionPath(BaseModel):
    """Which session."""

    sid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class PasswordIn(Strict):
    """The password so far and the one from now on."""

    current: _Password
    new: _Password


class FactorState(BaseModel):
    """Whether sign-ins ask for a second factor."""

    enabled: bool
    enabled_at: str | None
    recovery_codes_left: int


class FactorIn(Strict):
    """The password once more; without one kept here, a recent sign-in does."""

    password: _Password | None = None


class FactorPending(BaseModel):
    """What an authenticator is set up with; ``uri`` is for a QR code."""

    secret: str
    uri: str
    expires_at: str


class CodeIn(Strict):
    """A code of the authenticator, or a recovery code where one is taken."""

    code: Code


class RecoveryCodes(BaseModel):
    """Each is good once; they are told this one time."""

    recovery_codes: list[str]


class AnswerIn(Strict):
    """A code for a sign-in that waits; ``client: page`` keeps the refresh token in a cookie."""

    challenge: _Token
    code: Code
    client: Literal["page"] | None = None


class FactorRemoval(Strict):
    """Why somebody's second factor is taken away."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ResetLink(BaseModel):
    """A link that is good once; it is told this one time."""

    token: str
    url: str
    expires_at: str


class LinkIn(Strict):
    """The token of a link."""

    token: _Token


class LinkOut(BaseModel):
    """Whose password the link resets."""

    username: str
    expires_at: str


class ResetIn(Strict):
    """The token of a link, and the password from now on."""

    token: _Token
    password: _Password
