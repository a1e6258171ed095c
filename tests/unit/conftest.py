"""Golden files: what people see, kept word for word in tests/golden and read in review.

`pytest tests/unit --update-golden` writes them anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent.parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Compare a text with the golden file of this name; a file that is missing fails."""
    update = pytestconfig.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no golden file {name}: look at the text, then --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def golden_names() -> Callable[[str], set[str]]:
    """The names of the golden files that fit a pattern."""
    return lambda pattern: {path.name for path in GOLDEN.glob(pattern)}
