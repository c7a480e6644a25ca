"""What comes in and goes out about people, sites and teams."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import Exact, Id, Strict

_Username = Annotated[str, Field(min_length=1, max_length=150)]
_Password = Annotated[str, Field(min_length=1, max_length=128)]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Code = Annotated[str, Field(min_length=1, max_length=64)]
_Reason = Annotated[str, Field(max_length=500)]
_Cursor = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
RoleWord = Literal["admin", "manager", "teacher", "staff", "student", "device"]
_Roles = Annotated[list[RoleWord], Field(min_length=1, max_length=6)]


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
    role: RoleWord | None = None
    site_id: Id | None = None
    locked: bool | None = None


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


class UserIn(Exact):
    """A new account; without a password nobody signs in with it yet."""

    username: _Username
    password: _Password | None = None
    full_name: str = Field(default="", max_length=200)
    school_number: _Code | None = None
    external_code: _Code | None = None
    roles: _Roles = Field(default=["staff"])
    site_id: Id | None = None


class UserChange(Exact):
    """What is to change; what is not named stays. Another ``username`` ends every session."""

    username: _Username = ""
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
