"""By what people are known at a shared tablet without their face."""

from common.migrate import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_sql(__file__, "0006_kiosk.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0006_kiosk.down.sql")
