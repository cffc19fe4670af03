"""Which accounts were linked, and what their linking changed, so that it can be undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ledger_0008"
down_revision = "ledger_0007"
branch_labels = None
depends_on = None

# A row's change, of an update only the columns that differ and the key's, whose names are given.
_NOTE = """
CREATE FUNCTION ledger.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    same text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(array_agg(key), '{}') INTO same FROM jsonb_each(old_row)
        WHERE value = new_row -> key AND NOT key = ANY (TG_ARGV);
        IF NOT EXISTS (SELECT FROM jsonb_object_keys(old_row) AS key
                       WHERE key = ANY (TG_ARGV) AND old_row -> key <> new_row -> key) THEN
            old_row := old_row - same;
            new_row := new_row - same;
        END IF;
    END IF;
    INSERT INTO ledger.changes (gone, "table", before, after)
    VALUES (current_setting('indaba.linking')::uuid,
            TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, old_row, new_row);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the tables, and what writes into one of them."""
    op.create_table(
        "links",
        sa.Column("gone", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), index=True),
        schema="ledger",
    )
    op.create_table(
        "changes",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("gone", sa.Uuid, nullable=False, index=True),
        sa.Column("table", sa.Text, nullable=False),
        sa.Column("before", JSONB),
        sa.Column("after", JSONB),
        schema="ledger",
    )
    op.execute(_NOTE)
