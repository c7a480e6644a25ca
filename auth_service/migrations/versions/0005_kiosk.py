"""By what people are known at a shared tablet without their face."""

from common.migrate import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql(__file__, "0005_kiosk.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0005_kiosk.down.sql")
