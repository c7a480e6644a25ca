"""Hazir from Python: tokens, punches, faces, enrolment, kiosks and jobs, typed."""

from .attendance import Attendance
from .enrolment import Enrolment
from .errors import Busy, HazirError, Problem, Unreachable
from .faces import Faces
from .jobs import Jobs
from .kiosk import KioskAccess
from .models import (
    Consent,
    Delivery,
    Detection,
    Face,
    Identification,
    Job,
    JobPage,
    KioskPerson,
    Live,
    Liveness,
    Record,
    Submitted,
    Verdict,
)
from .tokens import ClientCredentials, Password, Token
from .transport import Seats, TokenSource, Transport

__all__ = [
    "Attendance",
    "Busy",
    "ClientCredentials",
    "Consent",
    "Delivery",
    "Detection",
    "Enrolment",
    "Face",
    "Faces",
    "HazirError",
    "Identification",
    "Job",
    "JobPage",
    "Jobs",
    "KioskAccess",
    "KioskPerson",
    "Live",
    "Liveness",
    "Password",
    "Problem",
    "Record",
    "Seats",
    "Submitted",
    "Token",
    "TokenSource",
    "Transport",
    "Unreachable",
    "Verdict",
]
