"""Second factors, reset links and invitations."""

from common.migrate import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql(__file__, "0002_accounts.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0002_accounts.down.sql")
