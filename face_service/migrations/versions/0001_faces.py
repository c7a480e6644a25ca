"""Consent, keys, enrolled faces, and the audit of every decision."""

from common.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql(__file__, "0001_faces.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0001_faces.down.sql")
