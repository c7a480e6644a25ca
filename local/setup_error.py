"""Why a set-up cannot be finished: one sentence for a person."""


class SetupFailed(Exception):
    """The text says what is missing and how to get it."""
