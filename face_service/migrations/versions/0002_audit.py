"""The audit becomes a chain that is only ever added to (common/audit/protected.up.sql)."""

from common.audit.protect import protect, release

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    protect("face")


def downgrade() -> None:
    release("face")
