"""The documented ways to an account and a token, and what every service tells about itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import jwt
import pytest

from tests.support.system import PASSWORD, System, bearer

ALLOWED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key")
HTTP_SERVICES = ("auth", "attendance", "face", "reporter")


def _post(system: System, path: str, **body: str) -> httpx.Response:
    return system.http.post(system.url("auth", path), json=body)


def _login(system: System, name: str) -> str:
    answer = _post(system, "/login", username=name, password=PASSWORD).json()
    assert answer.keys() == {"token", "refresh_token", "expires_in", "employee_id"}
    return str(answer["token"])


def _pair(system: System, name: str) -> str:
    answer = _post(system, "/api/token", username=name, password=PASSWORD).json()
    assert answer.keys() == {"refresh", "access"}
    following = _post(system, "/api/token/refresh", refresh=answer["refresh"]).json()
    assert following.keys() == {"refresh", "access"}
    return str(following["access"])


def _school(system: System, name: str) -> str:
    answer = _post(system, "/api/v1/auth/login", username=name, password=PASSWORD).json()
    assert answer["token"]["token_type"] == "bearer"
    assert answer["user"]["user_full_name"] == "Demo Teacher 1"
    assert answer["user"]["role"] == "Teacher"
    assert answer["schedule"] is None or isinstance(answer["schedule"], list)
    return str(answer["token"]["access_token"])


def _form(system: System, name: str) -> str:
    form = {"grant_type": "password", "username": name, "password": PASSWORD}
    first = system.http.post(system.url("auth", "/api/v1/auth/token"), data=form).json()
    assert first["token_type"] == "bearer"
    assert first["expires_in"] == 3600
    following = _post(system, "/api/v1/auth/refresh", refresh_token=first["refresh_token"]).json()
    assert following["token_type"] == "bearer"
    return str(following["access_token"])


@pytest.mark.parametrize(
    ("sign_in", "name"),
    [
        (_login, "demo_staff_10"),
        (_pair, "demo_manager_1"),
        (_school, "demo_teacher_1"),
        (_form, "demo_student_1"),
        (_form, "demo_admin"),
    ],
)
def test_a_demo_person_signs_in(
    system: System, sign_in: Callable[[System, str], str], name: str
) -> None:
    token = sign_in(system, name)
    keys = jwt.PyJWKClient(system.url("auth", "/.well-known/jwks.json"))
    claims = jwt.decode(
        token, keys.get_signing_key_from_jwt(token), algorithms=["EdDSA"], audience="hazir"
    )
    assert claims["sub"] == name
    assert claims["employee_id"] == claims["user_id"]
    me = system.http.get(system.url("auth", "/api/v1/users/me"), headers=bearer(token))
    assert me.json()["username"] == name
    state = system.http.get(
        system.url("attendance", "/api/v1/attendance/state"), headers=bearer(token)
    )
    assert state.status_code == 200


def test_a_service_gets_a_token_for_its_secret(system: System) -> None:
    secret = (system.place.secrets / "service_reporter").read_text(encoding="utf-8").strip()
    form = {
        "grant_type": "client_credentials",
        "client_id": "service:reporter",
        "client_secret": secret,
    }
    answer = system.http.post(system.url("auth", "/api/v1/auth/token"), data=form)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() >= {"access_token", "token_type", "expires_in"}


def test_the_oldest_example_works_as_written(system: System) -> None:
    """The first predecessor's bodies, letter for letter."""
    account = {"username": "emp2", "password": "1234"}
    made = _post(system, "/register", **account)
    assert made.status_code == 201
    assert made.json().keys() == {"message", "employee_id", "token"}
    assert _post(system, "/register", **account).status_code == 409
    found = _post(system, "/login", **account)
    assert found.status_code == 200
    token, number = found.json()["token"], found.json()["employee_id"]
    first = system.check(token, "in")
    assert first.status_code == 201, first.text
    assert first.json().keys() >= {"id", "employee_id", "action", "timestamp", "status"}
    assert system.check(token, "in").json()["code"] == "already_in"
    listed = system.http.get(
        system.url("attendance", f"/attendance/{number}"), headers=bearer(token)
    ).json()
    assert [(one["id"], one["action"]) for one in listed] == [(first.json()["id"], "in")]
    assert _post(system, "/login", **(account | {"password": "12345"})).status_code == 401
    assert _post(system, "/login", username="emp2").status_code == 400


def test_a_newcomer_checks_in_at_once(system: System) -> None:
    token = system.register("newcomer_of_this_minute")["token"]
    answer = system.check(token, "in")
    assert (answer.status_code, answer.json().get("status")) == (201, "accepted"), answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "Employee"}, 201),
        ({"role": "Staff"}, 201),
        ({}, 201),
        ({"role": "Manager"}, 403),
    ],
)
def test_the_third_systems_registration(system: System, body: dict[str, str], status: int) -> None:
    name = f"third_{body.get('role', 'none').lower()}"
    answer = _post(system, "/api/register", username=name, password=PASSWORD, **body)
    assert answer.status_code == status, answer.text
    if status == 201:
        assert answer.json() == {"username": name, "role": "staff"}


def test_a_manager_lists_their_people_and_others_do_not(system: System) -> None:
    address = system.url("auth", "/employees")
    listed = system.http.get(address, headers=bearer(system.sign_in("demo_manager_1")))
    names = {one["username"] for one in listed.json()}
    assert {f"demo_staff_{n}" for n in range(1, 7)} <= names
    assert "demo_staff_10" not in names
    refused = system.http.get(address, headers=bearer(system.sign_in("demo_staff_9")))
    assert refused.status_code == 403 or refused.json() == []


@pytest.mark.parametrize("service", HTTP_SERVICES)
def test_a_service_says_how_it_is(system: System, service: str) -> None:
    ready = system.http.get(system.url(service, "/health/ready"))
    assert ready.status_code == 200
    dependencies = {k: v for k, v in ready.json().items() if k != "status"}
    assert dependencies
    assert set(dependencies.values()) == {"up"}
    metrics = system.http.get(system.url(service, "/metrics"))
    assert metrics.headers["content-type"].startswith("text/plain")
    assert re.search(r"^# TYPE \w+ ", metrics.text, re.MULTILINE)


@pytest.mark.parametrize("service", ["auth", "attendance", "reporter", "face"])
def test_a_service_describes_its_calls_with_its_own_assets(system: System, service: str) -> None:
    described = system.http.get(system.url(service, "/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert described["paths"]
    page = system.http.get(system.url(service, "/docs"), follow_redirects=True)
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert assets
    for asset in assets:
        assert "//" not in asset, "assets are served locally"
        found = system.http.get(str(page.url.join(asset)))
        assert (found.status_code, bool(found.content)) == (200, True), asset
    for other in ("/apidocs", "/redoc"):
        assert system.http.get(system.url(service, other), follow_redirects=True).is_success


def test_the_feeds_http_addresses_are_described(system: System) -> None:
    described = system.http.get(system.url("reporter", "/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert {"/ws", "/health/ready", "/metrics"} <= described["paths"].keys()


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("auth", "/login"),
        ("attendance", "/attendance"),
        ("attendance", "/api/v1/attendance/board"),
        ("face", "/api/v1/people/1/faces"),
    ],
)
def test_the_pages_preflight_needs_no_token(system: System, service: str, path: str) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ",".join(ALLOWED_HEADERS).lower(),
    }
    for host in ("127.0.0.1", "localhost"):
        origin = f"http://{host}:{system.ports['CLIENT']}"
        answer = system.http.options(system.url(service, path), headers=asked | {"Origin": origin})
        assert answer.is_success
        assert answer.headers["access-control-allow-origin"] == origin
        allowed = answer.headers["access-control-allow-headers"].lower()
        assert all(name.lower() in allowed for name in ALLOWED_HEADERS)
    strange = asked | {"Origin": "https://elsewhere.example"}
    refused = system.http.options(system.url(service, path), headers=strange)
    assert "access-control-allow-origin" not in refused.headers


def test_the_page_refreshes_by_cookie_with_an_empty_body(system: System) -> None:
    origin = {"Origin": f"http://127.0.0.1:{system.ports['CLIENT']}"}
    form = {
        "grant_type": "password",
        "username": "demo_staff_9",
        "password": PASSWORD,
        "client": "page",
    }
    refresh = system.url("auth", "/api/v1/auth/refresh")
    with httpx.Client(trust_env=False, headers=origin) as page:
        nobody = page.post(refresh)
        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
        entered = page.post(system.url("auth", "/api/v1/auth/token"), data=form)
        assert "refresh_token" not in entered.json()
        kept = entered.headers["set-cookie"]
        assert all(word in kept for word in ("HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"))
        renewed = page.post(refresh)
        assert renewed.status_code == 200
        assert "refresh_token" not in renewed.json()
        foreign = page.post(refresh, headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code in {401, 403}
        left = page.post(system.url("auth", "/api/v1/auth/logout"))
        assert left.status_code == 204
        assert page.post(refresh).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "somebody_new", "password": "abc"}, "password"),
        ({"username": "somebody_new"}, "password"),
        ({"password": PASSWORD}, "username"),
        ({"username": "x" * 151, "password": PASSWORD}, "username"),
        ({"username": 5, "password": PASSWORD}, "username"),
    ],
)
def test_a_faulty_registration_names_the_field(
    system: System, body: dict[str, object], field: str
) -> None:
    answer = system.http.post(system.url("auth", "/register"), json=body)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert answer.json()["code"] == "invalid_request"
