"""What comes in and goes out over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.httpkit.fields import Id, Strict

_Username = Annotated[str, Field(min_length=1, max_length=150)]
_Password = Annotated[str, Field(min_length=1, max_length=128)]
_Token = Annotated[str, Field(min_length=1, max_length=4096)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Code = Annotated[str, Field(min_length=1, max_length=64)]
_Reason = Annotated[str, Field(max_length=500)]
_Cursor = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
RoleWord = Literal["admin", "manager", "teacher", "staff", "student", "device"]
_Roles = Annotated[list[RoleWord], Field(min_length=1, max_length=6)]


class Credentials(Strict):
    """A name and a password."""

    username: _Username
    password: _Password


class RegisterIn(Credentials):
    """A newcomer of the third predecessor; the role is a wish."""

    role: Annotated[str, Field(max_length=30)] | None = None
    invitation: Annotated[str, Field(max_length=200)] | None = None


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


class SchoolLogin(BaseModel):
    """The fourth predecessor's sign-in."""

    token: BearerToken
    user: SchoolUser
    schedule: list[Lesson] | None


class TokenForm(BaseModel):
    """RFC 6749, 4.3.2 and 4.4.2; ``client=page`` keeps the refresh token in a cookie."""

    model_config = ConfigDict(extra="ignore")

    grant_type: Literal["password", "client_credentials"]
    username: _Username | None = None
    password: _Password | None = None
    client_id: _Username | None = None
    client_secret: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    client: Literal["page"] | None = None


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


class EmployeesQuery(BaseModel):
    """A page of the first predecessor's list."""

    limit: int = Field(default=1000, ge=1, le=1000)
    cursor: _Cursor | None = None


class Employee(BaseModel):
    """A person, as the first predecessor lists them."""

    id: int
    username: str


class UsersQuery(BaseModel):
    """A page of people; ``q`` is part of a name, a username or a school number."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: _Cursor | None = None
    q: str = Field(default="", max_length=200)


class UserOut(BaseModel):
    """An account."""

    employee_id: int
    username: str
    full_name: str
    school_number: str | None
    external_code: str | None
    roles: list[str]
    site_id: int | None
    team_ids: list[int]
    locked: bool


class UserPage(BaseModel):
    """Some people."""

    items: list[UserOut]
    next_cursor: str | None


class UserPath(BaseModel):
    """Which person."""

    employee_id: Id


class UserIn(Strict):
    """A new account; without a password nobody signs in with it yet."""

    username: _Username
    password: _Password | None = None
    full_name: str = Field(default="", max_length=200)
    school_number: _Code | None = None
    external_code: _Code | None = None
    roles: _Roles = Field(default=["staff"])
    site_id: Id | None = None


class UserChange(Strict):
    """What is to change; what is not named stays."""

    password: _Password = ""
    full_name: str = Field(default="", max_length=200)
    school_number: _Code | None = None
    external_code: _Code | None = None
    roles: _Roles = Field(default=[])
    site_id: Id | None = None
    locked: bool = False
    reason: _Reason | None = None


class Named(BaseModel):
    """A team, by number and name."""

    id: int
    name: str


class SiteOfMe(BaseModel):
    """One's own site."""

    id: int
    name: str
    zone: str
    biometrics: bool


class Me(BaseModel):
    """One's own account."""

    employee_id: int
    username: str
    full_name: str
    school_number: str | None
    roles: list[str]
    site: SiteOfMe | None
    teams: list[Named]
    manages: list[Named]


class SiteOut(BaseModel):
    """A workplace or a school."""

    id: int
    name: str
    kind: Literal["workplace", "school"]
    zone: str
    biometrics: bool
    newcomer: Literal["staff", "student"] | None


class SitePage(BaseModel):
    """Every site one may know."""

    items: list[SiteOut]
    next_cursor: str | None


class SitePath(BaseModel):
    """Which site."""

    site_id: Id


class SiteIn(Strict):
    """A new site; ``newcomer`` is what registration makes of somebody, if they join here."""

    name: _Name
    kind: Literal["workplace", "school"] = "workplace"
    zone: Annotated[str, Field(min_length=1, max_length=64)]
    biometrics: bool = False
    newcomer: Literal["staff", "student"] | None = None


class SiteChange(Strict):
    """What is to change; what is not named stays."""

    name: _Name = ""
    kind: Literal["workplace", "school"] = "workplace"
    zone: Annotated[str, Field(min_length=1, max_length=64)] = "UTC"
    biometrics: bool = False
    newcomer: Literal["staff", "student"] | None = None


class TeamOut(BaseModel):
    """People of one site who are led together."""

    id: int
    site_id: int
    name: str


class TeamPage(BaseModel):
    """Every team one may know."""

    items: list[TeamOut]
    next_cursor: str | None


class TeamPath(BaseModel):
    """Which team."""

    team_id: Id


class TeamIn(Strict):
    """A new team."""

    site_id: Id
    name: _Name


class TeamChange(Strict):
    """Another name."""

    name: _Name


class TeamPersonPath(BaseModel):
    """Who in which team."""

    team_id: Id
    employee_id: Id


class TeamPerson(BaseModel):
    """A member or a manager."""

    employee_id: int
    username: str
    full_name: str


class TeamPeople(BaseModel):
    """The members or managers of a team."""

    items: list[TeamPerson]
    next_cursor: str | None


class OneOfTeam(Strict):
    """Somebody to join."""

    employee_id: Id


class AllOfTeam(Strict):
    """Exactly these."""

    employee_ids: list[Id] = Field(max_length=2000)


class KeySet(BaseModel):
    """RFC 7517, 5."""

    keys: list[dict[str, str]]
