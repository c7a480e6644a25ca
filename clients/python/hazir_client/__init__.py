"""Hazir from Python: tokens, punches, faces and jobs, typed."""

from .attendance import Attendance
from .errors import HazirError, Problem, Unreachable
from .faces import Faces
from .jobs import Jobs
from .models import (
    Delivery,
    Detection,
    Face,
    Job,
    JobPage,
    Live,
    Liveness,
    Record,
    Submitted,
    Verdict,
)
from .tokens import ClientCredentials, Password, Token
from .transport import TokenSource, Transport

__all__ = [
    "Attendance",
    "ClientCredentials",
    "Delivery",
    "Detection",
    "Face",
    "Faces",
    "HazirError",
    "Job",
    "JobPage",
    "Jobs",
    "Live",
    "Liveness",
    "Password",
    "Problem",
    "Record",
    "Submitted",
    "Token",
    "TokenSource",
    "Transport",
    "Unreachable",
    "Verdict",
]
