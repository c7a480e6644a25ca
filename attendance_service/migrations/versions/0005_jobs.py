"""Faces that are compared later: a job is handed over after the commit, its result comes back."""

from common.migrate import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql(__file__, "0005_jobs.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0005_jobs.down.sql")
