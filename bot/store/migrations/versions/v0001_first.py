"""Last answers, who asked, the audit, the budget.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NEVER = "the audit is never changed"
REFUSE_CHANGE = {
    "sqlite": (
        f"""CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, '{NEVER}'); END""",
    ),
    "postgresql": (
        f"""CREATE FUNCTION audit_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{NEVER}'; END $$""",
        """CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_never_changed()""",
    ),
}


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "last_answer",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("instance", sa.String(64), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("as_of", sa.Float, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account", "instance", name="pk_last_answer"),
    )
    op.create_index("ix_last_answer_as_of", "last_answer", ["as_of"])
    op.create_table(
        "asking",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("user", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("instance", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("account", "team", "user", "channel", "instance", name="pk_asking"),
    )
    op.create_index("ix_asking_account_team_user_at", "asking", ["account", "team", "user", "at"])
    op.create_index(
        "ix_asking_account_team_channel_at", "asking", ["account", "team", "channel", "at"]
    )
    op.create_index("ix_asking_at", "asking", ["at"])
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=True,
        ),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("team", sa.String(32), nullable=False),
        sa.Column("user", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("instance", sa.String(64), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("export", sa.String(256), nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_account_instance_at", "audit", ["account", "instance", "at"])
    op.create_index("ix_audit_account_user_at", "audit", ["account", "user", "at"])
    op.create_table(
        "budget",
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_budget"),
    )
    for statement in REFUSE_CHANGE[op.get_bind().dialect.name]:
        op.execute(statement)
