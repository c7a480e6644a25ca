"""Faces: detection, comparison and enrolment, with the consent that must precede it."""
