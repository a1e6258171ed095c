"""Where the cloud account's key comes from: the settings, the tccli profile or the SDK's file.

    TENCENTCLOUD_SECRET_ID, _KEY, _TOKEN  →  ~/.tccli/<profile>.credential
        →  ~/.tencentcloud/credentials, or else /etc/tencentcloud/credentials

The first source that holds a key is the only one: a key is never put together from two. The files
are read anew each time, as temporary credentials in them are replaced by whoever made them.
Sources: tccli's `credentials.py`, the SDK's `common/credential.py` (ProfileCredential).
"""

import json
from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.errors import SettingsError
from bot.settings import values
from bot.telemetry import hide

if TYPE_CHECKING:
    from bot.settings import Settings

ENVIRONMENT = "the settings"
PROFILE = "the tccli profile"
FILE = "the credentials file"
NOWHERE = (
    "TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY: must be set, as there is neither a"
    " tccli profile nor a credentials file with a key"
)
IN_PROFILE = ("secretId", "secretKey", "token")
IN_FILE = ("secret_id", "secret_key", "token")
SECTION = "default"
FOR_ALL_USERS = Path("/etc/tencentcloud/credentials")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A key of the cloud account. Never printed.

    Attributes:
        token: comes with temporary credentials only.
        source: which kind of place it was read from, in our words.
    """

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    source: str = ENVIRONMENT


def read_credentials(settings: "Settings") -> Keys:
    """The key as it is now; whatever is found is hidden from the log before it is given.

    Raises:
        SettingsError: with one line that names the kind of place, never a value.
    """
    keys = _from_settings(settings)
    if keys is None and settings.reads_files:
        keys = _from_profile(settings) or _from_file()
    if keys is None:
        raise SettingsError((NOWHERE,))
    hide(keys.secret_id, keys.secret_key, keys.token or "")
    return keys


def half_set(given: set[str]) -> list[str]:
    """One fault for each name that is missing beside the other names of a key."""
    names = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
    if not given & {*names, "TENCENTCLOUD_TOKEN"}:
        return []
    return [f"{name}: must be set" for name in names if name not in given]


def _from_settings(settings: "Settings") -> Keys | None:
    found = {
        "TENCENTCLOUD_SECRET_ID": _revealed(settings.secret_id),
        "TENCENTCLOUD_SECRET_KEY": _revealed(settings.secret_key),
        "TENCENTCLOUD_TOKEN": _revealed(settings.cloud_token),
    }
    if faults := half_set({name for name, value in found.items() if value}):
        raise SettingsError(tuple(faults))
    secret_id, secret_key, token = found.values()
    if not secret_id:
        return None
    return Keys(secret_id=secret_id, secret_key=secret_key, token=token or None)


def _from_profile(settings: "Settings") -> Keys | None:
    path = _in_home(".tccli", f"{settings.tccli_profile or SECTION}.credential")
    if path is None:
        if settings.tccli_profile:  # named, so nobody wants another account's key instead
            raise SettingsError(("TCCLI_PROFILE: tccli has no profile of this name",))
        return None
    profile = _json_object(_text(path, PROFILE))
    if profile.get("role-arn"):
        raise _fault(PROFILE, "takes on a role, which only tccli can do; set the key itself")
    return _keys(profile, IN_PROFILE, PROFILE)


def _from_file() -> Keys | None:
    path = _in_home(".tencentcloud", "credentials") or _there(FOR_ALL_USERS, FILE)
    if path is None:
        return None
    parser = ConfigParser(interpolation=None)  # a percent sign in a key is just that
    try:
        parser.read_string(_text(path, FILE))
    except ConfigError:
        raise _fault(FILE, "must be in INI form") from None
    section = dict(parser[SECTION]) if parser.has_section(SECTION) else {}
    # The SDK's own example writes quotes around the values; no key has any.
    bare = {name: value.strip().strip("\"'") for name, value in section.items()}
    return _keys(bare, IN_FILE, FILE)


def _keys(found: Mapping[str, Any], names: tuple[str, str, str], source: str) -> Keys | None:
    secret_id, secret_key, token = (_word(found.get(name), name, source) for name in names)
    if not (secret_id or secret_key):
        return None
    if not (secret_id and secret_key):
        raise _fault(source, f"must hold both {names[0]} and {names[1]}")
    return Keys(secret_id=secret_id, secret_key=secret_key, token=token or None, source=source)


def _word(value: object, name: str, source: str) -> str:
    if value is None or value == "":
        return ""
    try:
        return values.key(value) if isinstance(value, str) else values.key("")
    except ValueError as error:
        raise _fault(source, f"{name} {error}") from None


def _in_home(*names: str) -> Path | None:
    try:
        path = Path.home().joinpath(*names)
    except RuntimeError:  # nobody's account, as in some containers
        return None
    return _there(path, PROFILE if names[0] == ".tccli" else FILE)


def _there(path: Path, source: str) -> Path | None:
    try:
        return path if path.is_file() else None
    except OSError:
        raise _fault(source, "can't be read by this user") from None


def _text(path: Path, source: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError:
        raise _fault(source, "can't be read by this user") from None
    except UnicodeDecodeError:
        raise _fault(source, "must be text in UTF-8") from None


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _fault(PROFILE, "must be a JSON object")
    return document


def _fault(source: str, sentence: str) -> SettingsError:
    return SettingsError((f"{source}: {sentence}",))


def _revealed(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
