"""Indexes for what is looked up by a room, an account or a community, and for what is behind."""

from alembic import op

revision = "conversation_0004"
down_revision = "conversation_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes. A key's beginning is looked up by letters, whatever the locale sorts by."""
    op.create_index("cards_community", "cards", ["community"])
    op.execute(
        "CREATE INDEX cards_behind ON cards (drawn_at NULLS FIRST, meeting) WHERE wanted > drawn"
    )
    op.create_index("card_places_room", "card_places", ["room"])
    op.execute("CREATE INDEX mirrors_behind ON mirrors (meeting) WHERE house = ''")
    op.create_index("choices_account", "choices", ["account", "room"])
    op.create_index("questions_account", "questions", ["account"])
    op.create_index("reactions_reactor", "reactions", ["reactor"])
    op.create_index("reactions_seen_at", "reactions", ["seen_at"])
    op.execute("CREATE INDEX heard_from ON heard ((said ->> 'account')) WHERE said IS NOT NULL")
    op.create_index("questions_expires_at", "questions", ["expires_at"])
    op.execute("CREATE INDEX posts_given_up ON posts (expires_at) WHERE given_up IS NOT NULL")
    op.execute("CREATE INDEX posts_key_letters ON posts (key text_pattern_ops)")
