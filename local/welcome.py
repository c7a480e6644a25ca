"""What is said once everything is ready: where the page is, who may sign in, what comes next."""

from __future__ import annotations

from local.place import Place
from local.screen import Screen
from local.settings import LocalSettings


def welcome(screen: Screen, settings: LocalSettings, place: Place, seconds: float) -> None:
    """Say it; ``seconds`` is the time from the start to all ready."""
    screen.say()
    screen.say(f"All ready in {seconds:.1f} s. Open", "good")
    screen.say(f"    http://127.0.0.1:{settings.client_port}/index.html", "strong")
    screen.say()
    for label, text in _lines(settings, place):
        screen.say(f"  {label:<9} {text}")
    screen.say()


def _lines(settings: LocalSettings, place: Place) -> list[tuple[str, str]]:
    lines = [("Sign in", "make admin makes the first administrator's account")]
    if settings.demo:
        lines = [
            ("Sign in", "demo_staff_1 … 10, demo_manager_1, demo_teacher_1 … 10,"),
            ("", "demo_student_1 … 10 or demo_admin, password: password"),
        ]
    return [
        *lines,
        ("Logs", f"{place.logs}    (make logs)"),
        ("Data", f"{place.data}    (make reset deletes it)"),
        ("Phone", "a camera needs HTTPS: make certs, then the gateway; see docs/operations.md"),
        ("Stop", "Ctrl-C"),
    ]
