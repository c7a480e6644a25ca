"""Making away with what a destroyed key leaves behind in the database's own files.

A row that is deleted stays readable on the disk until its page is used again, and in the
write-ahead log until the file is. For the wrapped key of an erased person that would be the
erasure undone by whoever reads the disk and holds the master key. So the table of keys is written
anew soon after, and the log's free files are overwritten within the hour.
"""

from __future__ import annotations

from common import logs
from common.db import Database
from common.privacy.statements import statements

#: Overwriting the log writes as much as it is long: not oftener than this, in seconds.
LOG_EVERY = 3600.0
# More files than a log of the largest size allowed by default has: a server that is busy makes new
# ones as quickly as they are overwritten, and then nothing needs to be done.
_MOST_FILES = 128


class Scrub:
    """The clean-up behind destroyed keys of ``schema``.

    ``db`` must have a long limit for statements; ``log_every`` is in seconds.
    """

    def __init__(self, db: Database, schema: str, *, log_every: float = LOG_EVERY) -> None:
        self._db = db
        self._schema = schema
        self._sql = statements(schema)
        self._log_every = log_every

    def __call__(self) -> bool:
        """Do what is due; whether everything is done that was destroyed before."""
        waiting = self._db.one(self._sql["waiting"])
        if waiting is None or waiting.last is None:
            return True
        if not waiting.rewritten:
            self._db.one(self._sql["rewrite"])
            self._db.execute(self._sql["rewritten"], last=waiting.last)
        if waiting.age < self._log_every:
            return False
        self._overwrite()
        self._db.execute(self._sql["over"], last=waiting.last)
        return True

    def _overwrite(self) -> None:
        files = 0
        left = self._left(first=True)
        while left and files < _MOST_FILES:
            left = self._left(first=False)
            files += 1
        if left is None:
            # Somebody else's server: it overwrites its log in its own time.
            logs.log().info("the log's free files cannot be overwritten here", schema=self._schema)
        else:
            logs.log().info("destroyed keys are overwritten", schema=self._schema, files=files)

    def _left(self, *, first: bool) -> int | None:
        row = self._db.one(self._sql["overwrite"], first=first)
        return None if row is None else row.left
