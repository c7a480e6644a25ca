"""What comes in and goes out when somebody registers or signs in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from auth_service.rest.own_models import Code
from common.httpkit.fields import Strict

_Username = Annotated[str, Field(min_length=1, max_length=150)]
_Password = Annotated[str, Field(min_length=1, max_length=128)]
_Token = Annotated[str, Field(min_length=1, max_length=4096)]


class Credentials(Strict):
    """A name and a password."""

    username: _Username
    password: _Password


class LogIn(Credentials):
    """Signing in; ``otp`` is the code of a second factor."""

    otp: Code | None = None


class NewcomerIn(Credentials):
    """A newcomer, perhaps with the code of an invitation."""

    invitation: Annotated[str, Field(max_length=200)] | None = None


class RegisterIn(NewcomerIn):
    """A newcomer of the third predecessor; the role is a wish."""

    role: Annotated[str, Field(max_length=30)] | None = None


class Registered(BaseModel):
    """An account that was made, signed in."""

    message: str
    employee_id: int
    token: str


class RegisteredAs(BaseModel):
    """An account that was made, with its role."""

    username: str
    role: str


class LoggedIn(BaseModel):
    """The first predecessor's sign-in."""

    token: str
    refresh_token: str
    expires_in: int
    employee_id: int


class Pair(BaseModel):
    """The third predecessor's pair of tokens."""

    refresh: str
    access: str


class RefreshIn(Strict):
    """The third predecessor's refresh."""

    refresh: _Token


class BearerToken(BaseModel):
    """An access token, and how to present it."""

    access_token: str
    token_type: Literal["bearer"]


class SchoolUser(BaseModel):
    """Who has signed in, as the fourth predecessor says it."""

    user_school_number: str | None
    user_full_name: str
    role: str


class Lesson(BaseModel):
    """One lesson of a schedule."""

    lesson_name: str
    teacher_name: str
    start_time: str
    end_time: str


class Choice(BaseModel):
    """One way of signing in; an ``oidc`` one takes no password."""

    name: str
    kind: Literal["local", "ldap", "oidc", "portal"]
    label: str


class Choices(BaseModel):
    """Every way of signing in, whether anybody may register, and whether this is a demo.

    ``registration_mode`` tells the invited from nobody, where not anybody may register.
    """

    directories: list[Choice]
    registration: bool
    registration_mode: Literal["open", "invited", "closed"]
    demo: bool


class OidcPath(BaseModel):
    """Which provider."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class OidcStart(BaseModel):
    """Where the page goes on, on one of our own origins."""

    return_to: Annotated[str, Field(max_length=1000)] | None = None


class OidcBack(BaseModel):
    """What a provider sends back (RFC 6749, 4.1.2; RFC 9207)."""

    model_config = ConfigDict(extra="ignore")

    state: Annotated[str, Field(max_length=200)] | None = None
    code: Annotated[str, Field(max_length=4096)] | None = None
    iss: Annotated[str, Field(max_length=1000)] | None = None
    error: Annotated[str, Field(max_length=200)] | None = None


class SchoolLogin(BaseModel):
    """The fourth predecessor's sign-in."""

    token: BearerToken
    user: SchoolUser
    schedule: list[Lesson] | None


class TokenForm(BaseModel):
    """RFC 6749, 4.3.2 and 4.4.2; ``client=page`` keeps the refresh token in a cookie.

    ``directory`` is a name of ``/auth/choices``; without one the account's own is asked, and for a
    name that nobody has here all that take passwords, in their order.
    """

    model_config = ConfigDict(extra="ignore")

    grant_type: Literal["password", "client_credentials"]
    username: _Username | None = None
    password: _Password | None = None
    directory: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")] | None = None
    client_id: _Username | None = None
    client_secret: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    client: Literal["page"] | None = None
    otp: Code | None = None


class TokenAnswer(BaseModel):
    """RFC 6749, 5.1, with the number of who signed in."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    employee_id: int
    refresh_token: str | None = None


class RefreshTokenIn(Strict):
    """A refresh token outside the cookie."""

    refresh_token: _Token | None = None


class KeySet(BaseModel):
    """RFC 7517, 5."""

    keys: list[dict[str, str]]
