"""Places with policies, the punch ledger with its state, idempotency, photos and the feed."""

from common.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql(__file__, "0001_ledger.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0001_ledger.down.sql")
