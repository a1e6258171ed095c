"""The key of the cloud account: which source gives it, which is refused, and what never shows."""

import io
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.errors import SettingsError
from bot.settings import NAMES, constant, credentials, load
from bot.settings.credentials import FILE, PROFILE, read_credentials
from bot.telemetry import event, set_up_logs

NOBODY = 65534
PROFILE_KEY = {"secretId": "AKIDprofile", "secretKey": "profile-key"}
INI = "[default]\nsecret_id = AKIDfile\nsecret_key = file-key\n"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without any file, and an environment with a region alone."""
    monkeypatch.chdir(tmp_path)
    for name in set(os.environ) & set(NAMES):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TENCENTCLOUD_REGION", "ap-guangzhou")
    monkeypatch.setattr(credentials, "FOR_ALL_USERS", tmp_path / "etc" / "credentials")
    return tmp_path


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The redacted log."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logs([], style="json", level="info", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def write_profile(home: Path, content: object, name: str = "default") -> None:
    path = home / ".tccli" / f"{name}.credential"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def write_file(home: Path, content: str, folder: str = ".tencentcloud") -> None:
    path = home / folder / "credentials"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode())


def key_and_token() -> tuple[str, str, str | None]:
    keys = read_credentials(load("lookup"))
    return keys.secret_id, keys.secret_key, keys.token


def faults() -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        load("lookup")
    return refused.value.faults


def test_the_environment_wins_over_every_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_profile(home, PROFILE_KEY)
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDenvironment")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "environment-key")

    assert key_and_token() == ("AKIDenvironment", "environment-key", None)


def test_the_profile_wins_over_the_credentials_file(home: Path) -> None:
    write_file(home, INI)
    write_profile(home, {**PROFILE_KEY, "token": "profile-token", "type": "oauth"})

    assert key_and_token() == ("AKIDprofile", "profile-key", "profile-token")
    assert read_credentials(load("lookup")).source == PROFILE


@pytest.mark.parametrize("folder", [".tencentcloud", "etc"], ids=["of the user", "of all users"])
def test_the_credentials_file_is_the_last_source(home: Path, folder: str) -> None:
    write_file(home, INI, folder)

    assert key_and_token() == ("AKIDfile", "file-key", None)
    assert read_credentials(load("lookup")).source == FILE


def test_the_user_s_own_file_wins_over_that_of_all_users(home: Path) -> None:
    write_file(home, INI.replace("AKIDfile", "AKIDall"), "etc")
    write_file(home, INI)

    assert key_and_token()[0] == "AKIDfile"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(INI.replace("\n", "\r\n"), id="windows newlines"),
        pytest.param(f"\ufeff{INI}", id="byte order mark"),
        pytest.param(
            '[default]\nsecret_id="AKIDfile"\nsecret_key="file-key"\n',
            id="quotes of the SDK's docs",
        ),
        pytest.param(f"{INI}role_arn = %(nowhere)s\n[other]\na = 100%\n", id="percent signs"),
    ],
)
def test_a_credentials_file_may_be_written_by_any_hand(home: Path, content: str) -> None:
    write_file(home, content)

    assert key_and_token() == ("AKIDfile", "file-key", None)


def test_a_token_in_the_credentials_file_is_taken(home: Path) -> None:
    write_file(home, f"{INI}token = file-token\n")

    assert key_and_token() == ("AKIDfile", "file-key", "file-token")


def test_another_profile_is_taken_when_it_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_profile(home, PROFILE_KEY)
    write_profile(home, {"secretId": "AKIDprod", "secretKey": "prod-key"}, "prod")
    monkeypatch.setenv("TCCLI_PROFILE", "prod")

    assert key_and_token()[0] == "AKIDprod"


def test_a_named_profile_that_is_missing_is_no_reason_to_take_another_key(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file(home, INI)
    monkeypatch.setenv("TCCLI_PROFILE", "prod")

    assert faults() == ("TCCLI_PROFILE: tccli has no profile of this name",)


@pytest.mark.parametrize("empty", [{}, {"secretId": "", "secretKey": ""}, {"secretId": None}])
def test_a_profile_without_a_key_is_passed_over(home: Path, empty: object) -> None:
    write_profile(home, empty)
    write_file(home, INI)

    assert key_and_token()[0] == "AKIDfile"


def test_no_key_anywhere_is_one_fault() -> None:
    (fault,) = faults()

    assert fault.startswith("TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY: must be set")


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("TENCENTCLOUD_SECRET_ID", ["TENCENTCLOUD_SECRET_KEY"]),
        ("TENCENTCLOUD_SECRET_KEY", ["TENCENTCLOUD_SECRET_ID"]),
        ("TENCENTCLOUD_TOKEN", ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"]),
    ],
)
def test_half_a_key_is_never_completed_from_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, missing: list[str]
) -> None:
    write_profile(home, PROFILE_KEY)
    monkeypatch.setenv(name, "AKIDhalf")

    assert faults() == tuple(f"{each}: must be set" for each in missing)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("{", "must be a JSON object", id="broken"),
        pytest.param("[" * 100_000, "must be a JSON object", id="deep"),
        pytest.param('["AKIDx"]', "must be a JSON object", id="a list"),
        pytest.param({"secretId": "AKIDx"}, "must hold both secretId and secretKey", id="half"),
        pytest.param(
            {"secretId": "AKID x", "secretKey": "k"},
            "secretId must be one word of printable ASCII characters",
            id="two words",
        ),
        pytest.param(
            {"secretId": "AKIDx", "secretKey": 17},
            "secretKey must be one word of printable ASCII characters",
            id="a number",
        ),
        pytest.param(
            {**PROFILE_KEY, "role-arn": "qcs::cam::uin/1:roleName/AKIDx"},
            "takes on a role, which only tccli can do; set the key itself",
            id="a role",
        ),
    ],
)
def test_a_profile_that_can_not_be_used_is_one_line_without_a_value(
    home: Path, content: object, sentence: str
) -> None:
    write_profile(home, content)
    write_file(home, INI)

    assert faults() == (f"the tccli profile: {sentence}",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("AKIDx", "must be in INI form", id="no section"),
        pytest.param("[default]\nsecret_id\n", "must be in INI form", id="no value"),
        pytest.param(
            "[default]\nsecret_id = AKIDx\n", "must hold both secret_id and secret_key", id="half"
        ),
    ],
)
def test_a_credentials_file_that_can_not_be_used_is_one_line_without_a_value(
    home: Path, content: str, sentence: str
) -> None:
    write_file(home, content)

    assert faults() == (f"the credentials file: {sentence}",)


def test_a_file_that_is_no_text_is_one_line(home: Path) -> None:
    write_file(home, INI)
    (home / ".tencentcloud" / "credentials").write_bytes(b"[default]\nsecret_id=\xff\n")

    assert faults() == ("the credentials file: must be text in UTF-8",)


def test_a_credentials_file_without_the_default_section_holds_no_key(home: Path) -> None:
    write_file(home, INI.replace("default", "other"))

    assert faults()[0].startswith("TENCENTCLOUD_SECRET_ID, ")


def test_files_are_read_again_each_time(home: Path) -> None:
    write_profile(home, {**PROFILE_KEY, "token": "first"})
    settings = load("lookup")
    first = read_credentials(settings)
    write_profile(home, {**PROFILE_KEY, "token": "second"})

    assert (first.token, read_credentials(settings).token) == ("first", "second")


def test_what_was_found_in_a_file_is_never_written(home: Path, log: io.StringIO) -> None:
    write_profile(home, {**PROFILE_KEY, "token": "first-token"})
    settings = load("lookup")
    read_credentials(settings)
    write_profile(home, {**PROFILE_KEY, "token": "second-token"})
    keys = read_credentials(settings)
    event("e", facts="profile-key first-token second-token", keys=keys)

    assert "profile-key" not in log.getvalue()
    assert "-token" not in log.getvalue()
    assert log.getvalue().count("<secret>") == 3
    assert "second-token" not in repr(keys)


def test_settings_made_of_constants_read_no_file(home: Path) -> None:
    write_profile(home, PROFILE_KEY)

    with pytest.raises(SettingsError):
        read_credentials(constant(TENCENTCLOUD_REGION="ap-guangzhou"))


def test_nobody_s_account_has_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", staticmethod(homeless))

    assert faults()[0].startswith("TENCENTCLOUD_SECRET_ID, ")


@contextmanager
def without_roots_rights() -> Iterator[None]:
    """Root may read everything; it gives that up for a moment."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(own)


def test_a_file_that_may_not_be_read_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o711)
        monkeypatch.chdir(home)
        monkeypatch.setenv("HOME", folder)
        write_file(home, INI)
        (home / ".tencentcloud" / "credentials").chmod(0)
        with without_roots_rights():
            found = faults()

    assert found == ("the credentials file: can't be read by this user",)
