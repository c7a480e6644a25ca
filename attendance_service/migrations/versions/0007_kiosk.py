"""Somebody known at a kiosk who has not confirmed yet."""

from common.migrate import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql(__file__, "0007_kiosk.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0007_kiosk.down.sql")
