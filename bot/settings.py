"""The only reader of the environment: names, meanings and limits of every setting.

The process environment wins over `.env`; an empty value counts as unset. `load` checks everything
at once and raises one fault a line, each naming the variable and never its value.
"""

import os
import re
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import SettingsError

CLOUD_DOMAIN = ".tencentcloudapi.com"
SLACK_DOMAINS = ("slack.com", "slack-gov.com")
RESPONSE_URL_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
# A closed list of regions would be out of date tomorrow; this is the pattern all of them follow.
REGION = re.compile(r"[a-z]{2}-[a-z]+(-[a-z0-9]+)?")
MAX_REQUESTS_PER_S = 18  # a paced R lets R + 1 into one second, and the account has 20

Need = Literal["lookup", "serve"]
REQUIRED: Final[dict[Need, tuple[str, ...]]] = {
    "lookup": ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_REGION"),
    "serve": (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "TENCENTCLOUD_SECRET_ID",
        "TENCENTCLOUD_SECRET_KEY",
        "TENCENTCLOUD_REGION",
    ),
}
# Bolt reads these by itself, and two of them switch it to another way of authorizing.
READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)


# A setting of the contract that nothing in this version reads: no metrics listener yet.
ACCEPTED_UNUSED = ("MONGOLOG_METRICS",)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _prefixed(prefix: str) -> BeforeValidator:
    def check(value: str) -> str:
        text = value.strip()
        if not text.startswith(prefix) or re.search(r"\s", text):
            raise ValueError(f"must begin with {prefix} and hold no spaces")
        return text

    return BeforeValidator(check)


def _key(value: str) -> str:
    text = value.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("must be one word of printable ASCII characters")
    return text


def _regions(value: Any) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    regions = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not regions or not all(REGION.fullmatch(region) for region in regions):
        raise ValueError("must be regions such as ap-guangzhou, separated by commas")
    return regions


def _url(value: str) -> Any:
    try:
        parts = urlsplit(value if "://" in value else f"https://{value}")
        _ = parts.port
    except ValueError:
        raise ValueError("must be a host or a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be a host or an http(s) URL without user info")
    return parts


def _cloud_endpoint(value: str) -> str:
    parts = _url(value.strip())
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("must be a host or a URL without a path")
    if not is_loopback(parts.hostname) and (
        parts.scheme != "https" or not parts.hostname.endswith(CLOUD_DOMAIN)
    ):
        raise ValueError(f"must be https under {CLOUD_DOMAIN}, or a loopback address")
    return f"{parts.scheme}://{parts.netloc}"


def _slack_api_url(value: str) -> str:
    parts = _url(value.strip())
    trusted = any(
        parts.hostname == domain or parts.hostname.endswith(f".{domain}")
        for domain in SLACK_DOMAINS
    )
    safe = parts.scheme == "https" and parts.port in (None, 443) and trusted
    if not safe and not is_loopback(parts.hostname):
        raise ValueError(
            "must be https on slack.com or slack-gov.com (it receives the token);"
            " plain http and other ports only to a loopback address"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def _hosts(value: Any) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    hosts = tuple(name.strip().lower() for name in names if name.strip())
    if not all(re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", host) for host in hosts):
        raise ValueError("must be host names, separated by commas; a leading dot means a suffix")
    return hosts


def is_zone(name: str) -> bool:
    """Whether `name` is the IANA name of a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _zone(value: str) -> str:
    if not is_zone(value.strip()):
        raise ValueError("must be a time zone such as Asia/Shanghai or UTC")
    return value.strip()


def _number(low: float, high: float) -> BeforeValidator:
    def check(value: str | float) -> float:
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return number

    return BeforeValidator(check)


def _one_of(*words: str) -> BeforeValidator:
    def check(value: str) -> str:
        if value.strip().lower() not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return value.strip().lower()

    return BeforeValidator(check)


def _file(value: str) -> str:
    if not Path(value).is_file():
        raise ValueError("must be the path of a file")
    return value


def _not_yet(_: str) -> str:
    # Rules that are set and not enforced would be worse than none.
    raise ValueError("rules are not part of this version, so it must stay unset")


class Settings(BaseSettings):
    """Everything that can be set. The README's table of settings is checked against it."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        case_sensitive=True,
        hide_input_in_errors=True,
        frozen=True,
        validate_default=False,
    )

    slack_bot_token: Annotated[SecretStr | None, _prefixed("xoxb-")] = Field(
        default=None, alias="SLACK_BOT_TOKEN"
    )
    slack_app_token: Annotated[SecretStr | None, _prefixed("xapp-")] = Field(
        default=None, alias="SLACK_APP_TOKEN"
    )
    slack_signing_secret: Annotated[SecretStr | None, BeforeValidator(_key)] = Field(
        default=None, alias="SLACK_SIGNING_SECRET"
    )
    slack_api_url: Annotated[str, BeforeValidator(_slack_api_url)] = Field(
        default="https://slack.com/api/", alias="SLACK_API_URL"
    )
    secret_id: Annotated[SecretStr | None, BeforeValidator(_key)] = Field(
        default=None, alias="TENCENTCLOUD_SECRET_ID"
    )
    secret_key: Annotated[SecretStr | None, BeforeValidator(_key)] = Field(
        default=None, alias="TENCENTCLOUD_SECRET_KEY"
    )
    cloud_token: Annotated[SecretStr | None, BeforeValidator(_key)] = Field(
        default=None, alias="TENCENTCLOUD_TOKEN"
    )
    regions: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_regions)] = Field(
        default=(), alias="TENCENTCLOUD_REGION"
    )
    cloud_endpoint: Annotated[str, BeforeValidator(_cloud_endpoint)] = Field(
        default=f"https://mongodb.intl{CLOUD_DOMAIN}", alias="TENCENTCLOUD_ENDPOINT"
    )
    port: Annotated[int, _number(0, 65535)] = Field(default=3000, alias="PORT")
    host: str = Field(default="0.0.0.0", alias="HOST")  # noqa: S104 - a web process is asked from outside
    link_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = Field(
        default=(), alias="MONGOLOG_LINK_HOSTS"
    )
    ssl_cert_file: Annotated[str | None, BeforeValidator(_file)] = Field(
        default=None, alias="SSL_CERT_FILE"
    )
    requests_per_s: Annotated[float, _number(0.1, MAX_REQUESTS_PER_S)] = Field(
        default=15, alias="MONGOLOG_REQUESTS_PER_S"
    )
    api_timezone: Annotated[str, BeforeValidator(_zone)] = Field(
        default="Asia/Shanghai", alias="MONGOLOG_API_TIMEZONE"
    )
    size_unit: Annotated[str, _one_of("bytes", "kib")] = Field(
        default="bytes", alias="MONGOLOG_SIZE_UNIT"
    )
    policy: Annotated[str | None, BeforeValidator(_not_yet)] = Field(
        default=None, alias="MONGOLOG_POLICY"
    )
    log: Annotated[str | None, _one_of("text", "json")] = Field(default=None, alias="MONGOLOG_LOG")
    log_level: Annotated[str, _one_of("debug", "info", "warning", "error")] = Field(
        default="info", alias="MONGOLOG_LOG_LEVEL"
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value that is set, for the log's redaction."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in values if isinstance(value, SecretStr))

    @property
    def response_url_hosts(self) -> tuple[str, ...]:
        """The hosts that a response_url may point to."""
        return (*RESPONSE_URL_HOSTS, urlsplit(self.slack_api_url).hostname or "")

    def tls(self) -> ssl.SSLContext:
        """The one TLS context of both edges: the company's CA bundle, or the system's."""
        return ssl.create_default_context(cafile=self.ssl_cert_file)


NAMES = tuple(str(field.alias) for field in Settings.model_fields.values())


def load(need: Need) -> Settings:
    """Read and check the environment and `.env`.

    Raises:
        SettingsError: with one line per fault, none of them holding a value.
    """
    faults = _unknown_names()
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError((*faults, *_sentences(error))) from None
    faults += _missing(settings, need)
    if faults:
        raise SettingsError(tuple(faults))
    return settings


class _Constants(Settings):
    """Settings that are made from arguments alone."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def constant(**values: str) -> Settings:
    """Settings from `values` alone, by the names of the environment; nothing else is read.

    For the demo and the tests: a demo in a production checkout must never sign with real keys.
    """
    return _Constants.model_validate(values)


def hide_from_bolt() -> None:
    """Take the names that Bolt reads by itself out of the environment, once ours are loaded."""
    for name in READ_BY_BOLT:
        os.environ.pop(name, None)


def _unknown_names() -> list[str]:
    names = {**dotenv_values(".env"), **os.environ}
    return [
        f"{name}: no such setting"
        for name in sorted(names)
        if name.startswith("MONGOLOG_") and name not in (*NAMES, *ACCEPTED_UNUSED)
    ]


def _missing(settings: Settings, need: Need) -> list[str]:
    aliases = {str(field.alias): name for name, field in Settings.model_fields.items()}
    return [
        f"{name}: must be set" for name in REQUIRED[need] if not getattr(settings, aliases[name])
    ]


def _sentences(error: ValidationError) -> list[str]:
    faults = error.errors(include_input=False, include_url=False)
    return [f"{fault['loc'][0]}: {_reason(fault)}" for fault in faults]


def _reason(fault: Any) -> str:
    # Only our own ValueErrors are quoted: pydantic's words could name a type, never help.
    own = fault.get("ctx", {}).get("error")
    return str(own) if isinstance(own, ValueError) else "has a value that can't be used"


def machine_zone() -> str | None:
    """The IANA name of this machine's own time zone; None when it can't be told."""
    localtime = os.path.realpath("/etc/localtime")
    for name in (os.environ.get("TZ", "").lstrip(":"), localtime.partition("zoneinfo/")[2]):
        if name and is_zone(name):
            return name
    return None
