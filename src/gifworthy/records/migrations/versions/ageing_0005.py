"""Ways to jobs that are alive, took work, or are old; and an end to what hung on what is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INDEXES = (
    ("jobs_alive", ["tenant", "created"], "ended IS NULL"),
    ("jobs_worked", ["tenant", "created", "state", "ended"], "ended <> created"),
    ("jobs_over", ["ended"], "ended IS NOT NULL"),
)
NOBODY_LOOKS = """
UPDATE videos SET state = 'errored', facts = :facts WHERE state = 'processing' AND NOT EXISTS (
  SELECT 1 FROM jobs WHERE jobs.tenant = videos.tenant AND jobs.video = videos.id
  AND jobs.kind = 'look' AND jobs.ended IS NULL
)
"""
"""Videos whose look was given up or stopped, and that were said to be looked at for ever."""
FACTS = (
    '{"error": {"type": "WorkerLost", "message": "nobody looks at it any more; send the video again", '
    '"retryable": true}}'
)
OF_NO_VIDEO = """
DELETE FROM covers WHERE NOT EXISTS (
  SELECT 1 FROM videos WHERE videos.tenant = covers.tenant AND videos.id = covers.video
)
"""
"""Covers that were kept just after their video was removed."""
OWED = "INSERT INTO facts (name, value) SELECT 'to erase', :drawn FROM facts WHERE name = 'secret'"
"""What an earlier gifworthy deleted, and was kept from erasing, is erased when somebody next forgets."""


def upgrade() -> None:
    """Make the indexes, and put right what was left."""
    op.drop_index("jobs_of_video", "jobs")
    op.create_index("jobs_of_video", "jobs", ["tenant", "video", "created"])
    for name, columns, where in INDEXES:
        some = sa.text(where)
        op.create_index(name, "jobs", columns, sqlite_where=some, postgresql_where=some)
    op.execute(sa.text(NOBODY_LOOKS).bindparams(facts=FACTS))
    op.execute(sa.text(OF_NO_VIDEO))
    op.execute(sa.text(OWED).bindparams(sa.bindparam("drawn", b"0005", sa.LargeBinary)))


def downgrade() -> None:
    """Have the old indexes."""
    op.drop_index("jobs_of_video", "jobs")
    op.create_index("jobs_of_video", "jobs", ["video"])
    for name, _, _ in INDEXES:
        op.drop_index(name, "jobs")
