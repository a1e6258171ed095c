"""What is remembered, as tables; the migrations beside this lead to exactly these.

Times are Unix seconds. `account` is `default` everywhere for now. Every table is bounded: see
`retention`.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

ACCOUNT = "default"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# The newest report on each instance, without links; `report` is JSON, written by `codec`.
last_answer = Table(
    "last_answer",
    metadata,
    Column("account", String(64), nullable=False),
    Column("instance", String(64), nullable=False),
    Column("region", String(64), nullable=False),
    Column("as_of", Float, nullable=False),
    Column("report", Text, nullable=False),
    PrimaryKeyConstraint("account", "instance"),
    Index(None, "as_of"),
)

# Who asked about what: the last time of each person, place and instance.
asking = Table(
    "asking",
    metadata,
    Column("account", String(64), nullable=False),
    Column("team", String(32), nullable=False),
    Column("user", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("instance", String(64), nullable=False),
    Column("at", Float, nullable=False),
    PrimaryKeyConstraint("account", "team", "user", "channel", "instance"),
    Index(None, "account", "team", "user", "at"),
    Index(None, "account", "team", "channel", "at"),
    Index(None, "at"),
)

# What became of links and of shared answers. Rows are added, and removed by age; never changed,
# which a trigger sees to.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("at", Float, nullable=False),
    Column("team", String(32), nullable=False),
    Column("user", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("instance", String(64), nullable=False),
    Column("region", String(64), nullable=False),
    Column("export", String(256), nullable=False),
    Column("deed", String(32), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("reference", String(32), nullable=False),
    Index(None, "at"),
    Index(None, "account", "instance", "at"),
    Index(None, "account", "user", "at"),
)

# The next moment at which a call of the cloud may begin; one row for each account.
budget = Table(
    "budget",
    metadata,
    Column("account", String(64), nullable=False),
    Column("next_at", Float, nullable=False),
    PrimaryKeyConstraint("account"),
)
