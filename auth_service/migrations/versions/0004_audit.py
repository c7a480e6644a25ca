"""The audit becomes a chain that is only ever added to (common/audit/protected.up.sql)."""

from common.audit.protect import protect, release

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    protect("auth")


def downgrade() -> None:
    release("auth")
