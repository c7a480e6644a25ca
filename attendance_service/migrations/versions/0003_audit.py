"""The audit becomes a chain that is only ever added to (common/audit/protected.up.sql)."""

from common.audit.protect import protect, release

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    protect("attendance")


def downgrade() -> None:
    release("attendance")
