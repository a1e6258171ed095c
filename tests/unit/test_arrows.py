"""The imports point down: the architecture, as a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parents[2] / "bot"

# A part may import what stands on a lower line; `demo` only model, errors and itself.
LEVELS = {
    "errors": 0,
    "telemetry": 0,
    "health": 0,
    "link": 1,
    "model": 1,
    "record": 1,
    "settings": 1,
    "web": 1,
    "socket_mode": 1,
    "metrics": 1,
    "cloud": 2,
    "parse": 2,
    "policy": 2,
    "render": 2,
    "store": 2,
    "memory": 2,
    "query": 3,
    "rules_file": 3,
    "demo": 3,
    "slack": 4,
    "watch": 5,
    "app": 6,
    "cli": 7,
}
MAY_IMPORT_ITS_LEVEL = {
    ("model", "link"),  # an export has a link
    ("record", "model"),  # what is written down is about an instance
    ("render", "parse"),  # a button says a command, in the words that `parse` reads
}
DEMO_MAY_IMPORT = {"demo", "model", "errors"}
PURE = (
    "errors.py",
    "link.py",
    "model.py",
    "policy/*.py",
    "record.py",
    "parse/*.py",
    "render/*.py",
    "cloud/sign.py",
    "cloud/wire.py",
    "cloud/failure.py",
    "cloud/paging.py",
    "cloud/retry.py",
    "slack/asked.py",
    "slack/clicked.py",
    "slack/context.py",
    "slack/mentioned.py",
    "slack/values.py",
    "store/codec.py",
    "store/tables.py",
    "demo/world.py",
    "demo/workspace.py",
    "demo/block_kit.py",
)
ONLY_IN = {
    "httpx": {"cloud/client.py", "cloud/download.py", "cloud/http.py"},
    "slack_bolt": {"slack/listen.py", "socket_mode.py", "web.py", "app.py"},
    "sqlalchemy": {
        *(f"store/{name}.py" for name in ("askings", "audit", "database", "faults", "memory")),
        *(f"store/{name}.py" for name in ("permits", "postgres", "retention", "rows", "schema")),
        *(f"store/{name}.py" for name in ("sqlite", "tables")),
        "store/migrations/versions/v0001_first.py",
    },
    "prometheus_client": {"metrics.py"},
    "pydantic_settings": {"settings/__init__.py"},
    "alembic": {
        "store/migrations/env.py",
        "store/migrations/versions/v0001_first.py",
        "store/schema.py",
    },
    "asyncpg": {"store/postgres.py"},
    "dotenv": {"settings/__init__.py"},
}
IMPURE = {"aiohttp", "asyncio", "httpx", "os", "slack_bolt", "slack_sdk", "socket"}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, dotted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "bot":
                yield from (f"bot.{alias.name}" for alias in node.names)


def part(path: Path) -> str:
    """Which part of the product a file belongs to."""
    return path.relative_to(BOT).parts[0].removesuffix(".py")


def files() -> list[Path]:
    """Every module but the two at the top that only name things."""
    return [
        path for path in sorted(BOT.rglob("*.py")) if part(path) not in {"__init__", "__main__"}
    ]


def name(path: Path) -> str:
    return path.relative_to(BOT).as_posix()


def test_every_part_has_a_level() -> None:
    assert {part(path) for path in files()} <= set(LEVELS)


@pytest.mark.parametrize("path", files(), ids=name)
def test_a_module_imports_only_what_stands_below_it(path: Path) -> None:
    own = part(path)
    parts = {each.split(".")[1] for each in imports(path) if each.startswith("bot.")}
    parts -= {"__version__"}
    upward = {
        other
        for other in parts - {own}
        if LEVELS[other] >= LEVELS[own] and (own, other) not in MAY_IMPORT_ITS_LEVEL
    }

    assert not upward
    assert own != "demo" or parts <= DEMO_MAY_IMPORT
    assert "demo" not in parts or own in {"cli", "demo"}


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_imported_in_its_own_place_only(library: str) -> None:
    users = {name(path) for path in files() if library in {i.split(".")[0] for i in imports(path)}}

    assert users == ONLY_IN[library]


def test_the_environment_is_read_in_one_place_only() -> None:
    readers = {
        name(path)
        for path in files()
        if "os.environ" in (text := path.read_text(encoding="utf-8")) or "getenv" in text
    }

    assert readers == {"settings/__init__.py"}


@pytest.mark.parametrize("pattern", PURE)
def test_a_pure_module_imports_nothing_that_acts(pattern: str) -> None:
    paths = sorted(BOT.glob(pattern))

    assert paths
    assert not {
        (name(path), module)
        for path in paths
        for module in imports(path)
        if module.split(".")[0] in IMPURE
    }


def test_broad_excepts_stand_in_the_listener_boundary_only() -> None:
    broad = {
        name(path)
        for path in files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    }

    assert broad == {"slack/desk.py"}
