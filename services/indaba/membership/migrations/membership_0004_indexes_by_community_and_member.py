"""Indexes for what is looked up by a community or a member, and for what runs out."""

from alembic import op

revision = "membership_0004"
down_revision = "membership_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("places_community", "places", ["community"])
    op.create_index("codes_expires_at", "codes", ["expires_at"])
    op.create_index("sign_ins_member", "sign_ins", ["member"])
    op.create_index("sign_ins_expires_at", "sign_ins", ["expires_at"])
    op.create_index("wrong_tries_tried_at", "wrong_tries", ["tried_at"])
    op.create_index("erased_at", "erased", ["at"])
    op.create_index("erasures_member", "erasures", ["member"])
