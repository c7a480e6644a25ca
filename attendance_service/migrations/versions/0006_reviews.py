"""Records decided by people, looks at photos, and keys whose destruction is an erasure."""

from common.migrate import run_sql
from common.privacy import tables

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    tables.make("attendance", "attendance.subject_key")
    run_sql(__file__, "0006_reviews.up.sql")


def downgrade() -> None:
    run_sql(__file__, "0006_reviews.down.sql")
    tables.remove("attendance", "attendance.subject_key")
