"""What every test stands on."""

import pytest
from hypothesis import settings

# The same examples at every run, so that a red run is about the change; `--hypothesis-seed` and
# more examples are for hunting. Nothing is timed: these machines are shared.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, the only loop the product runs on."""
    return "asyncio"
