"""The only reader of the environment: names, meanings and limits of every setting.

The process environment wins over `.env`; an empty value counts as unset, save for
MONGOLOG_METRICS, which it turns off. `load` checks everything at once and raises one fault a line,
each naming the variable and never its value.
"""

import os
import ssl
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import SettingsError
from bot.settings import values
from bot.settings.credentials import half_set, read_credentials
from bot.settings.faults import (
    APP_TOKEN,
    SIGNING_SECRET,
    Need,
    missing,
    missing_for,
    sentences,
    unknown,
)
from bot.settings.values import CLOUD_DOMAIN

RESPONSE_URL_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")
MAX_REQUESTS_PER_S = 18  # a paced R lets R + 1 into one second, and the account has 20

Mode = Literal["http", "socket"]
EVERYWHERE, HERE = "0.0.0.0", "127.0.0.1"  # noqa: S104 - a web process is asked from outside
METRICS, METRICS_ADDRESS = "MONGOLOG_METRICS", "127.0.0.1:9464"
# Bolt reads these by itself, and two of them switch it to another way of authorizing.
READ_BY_BOLT = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)


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

    reads_files: ClassVar[bool] = True  # for credentials; see `bot.settings.credentials`

    slack_bot_token: Annotated[SecretStr | None, values.prefixed("xoxb-")] = Field(
        default=None, alias="SLACK_BOT_TOKEN"
    )
    slack_app_token: Annotated[SecretStr | None, values.prefixed("xapp-")] = Field(
        default=None, alias="SLACK_APP_TOKEN"
    )
    slack_signing_secret: Annotated[SecretStr | None, BeforeValidator(values.key)] = Field(
        default=None, alias="SLACK_SIGNING_SECRET"
    )
    slack_api_url: Annotated[str, BeforeValidator(values.slack_api_url)] = Field(
        default="https://slack.com/api/", alias="SLACK_API_URL"
    )
    secret_id: Annotated[SecretStr | None, BeforeValidator(values.key)] = Field(
        default=None, alias="TENCENTCLOUD_SECRET_ID"
    )
    secret_key: Annotated[SecretStr | None, BeforeValidator(values.key)] = Field(
        default=None, alias="TENCENTCLOUD_SECRET_KEY"
    )
    cloud_token: Annotated[SecretStr | None, BeforeValidator(values.key)] = Field(
        default=None, alias="TENCENTCLOUD_TOKEN"
    )
    tccli_profile: Annotated[str | None, BeforeValidator(values.profile)] = Field(
        default=None, alias="TCCLI_PROFILE"
    )
    regions: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.regions)] = Field(
        default=(), alias="TENCENTCLOUD_REGION"
    )
    cloud_endpoint: Annotated[str, BeforeValidator(values.cloud_endpoint)] = Field(
        default=f"https://mongodb.intl{CLOUD_DOMAIN}", alias="TENCENTCLOUD_ENDPOINT"
    )
    port: Annotated[int, values.whole_number(0, values.MAX_PORT)] = Field(
        default=3000, alias="PORT"
    )
    host: str | None = Field(default=None, alias="HOST")  # `host_in` knows what unset means
    link_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(values.host_names)] = Field(
        default=(), alias="MONGOLOG_LINK_HOSTS"
    )
    ssl_cert_file: Annotated[str | None, BeforeValidator(values.file)] = Field(
        default=None, alias="SSL_CERT_FILE"
    )
    requests_per_s: Annotated[float, values.number(0.1, MAX_REQUESTS_PER_S)] = Field(
        default=15, alias="MONGOLOG_REQUESTS_PER_S"
    )
    api_timezone: Annotated[str, BeforeValidator(values.zone)] = Field(
        default="Asia/Shanghai", alias="MONGOLOG_API_TIMEZONE"
    )
    size_unit: Annotated[str, values.one_of("bytes", "kib")] = Field(
        default="bytes", alias="MONGOLOG_SIZE_UNIT"
    )
    policy: Annotated[str | None, BeforeValidator(values.file)] = Field(
        default=None, alias="MONGOLOG_POLICY"
    )
    database_url: Annotated[str, BeforeValidator(values.database_url)] = Field(
        default="sqlite:///mongolog.db", alias="DATABASE_URL", repr=False
    )
    audit_days: Annotated[int, values.whole_number(1, 3650)] = Field(
        default=400, alias="MONGOLOG_AUDIT_DAYS"
    )
    metrics: Annotated[str | None, BeforeValidator(values.host_and_port)] = Field(
        default=METRICS_ADDRESS, alias="MONGOLOG_METRICS"
    )
    log: Annotated[str | None, values.one_of("text", "json")] = Field(
        default=None, alias="MONGOLOG_LOG"
    )
    log_level: Annotated[str, values.one_of("debug", "info", "warning", "error")] = Field(
        default="info", alias="MONGOLOG_LOG_LEVEL"
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value that is set, for the log's redaction; those in files hide later."""
        facts = (getattr(self, name) for name in type(self).model_fields)
        keys = [fact.get_secret_value() for fact in facts if isinstance(fact, SecretStr)]
        password = values.password_in(self.database_url)
        return (*keys, password) if password else tuple(keys)

    @property
    def response_url_hosts(self) -> tuple[str, ...]:
        """The hosts that a response_url may point to."""
        return (*RESPONSE_URL_HOSTS, urlsplit(self.slack_api_url).hostname or "")

    def mode(self, wanted: str = "auto") -> Mode:
        """How Slack reaches this process: as wanted, or what an `auto` finds tokens for.

        Raises:
            SettingsError: when what that mode needs is not set.
        """
        given = {APP_TOKEN} if self.slack_app_token else set()
        given |= {SIGNING_SECRET} if self.slack_signing_secret else set()
        if faults := missing_for(wanted, given):
            raise SettingsError(tuple(faults))
        is_socket = wanted == "socket" or (wanted == "auto" and APP_TOKEN in given)
        return "socket" if is_socket else "http"

    def host_in(self, mode: Mode) -> str:
        """The address to listen on; in Socket Mode only this machine asks for our health."""
        return self.host or (EVERYWHERE if mode == "http" else HERE)

    def tls(self) -> ssl.SSLContext:
        """A TLS context for either edge: the company's CA bundle, or the system's.

        Raises:
            SettingsError: when SSL_CERT_FILE holds no certificates.
        """
        try:
            return ssl.create_default_context(cafile=self.ssl_cert_file)
        except (ssl.SSLError, OSError):
            fault = "SSL_CERT_FILE: must be a file of certificates in PEM form"
            raise SettingsError((fault,)) from None


NAMES = tuple(str(field.alias) for field in Settings.model_fields.values())


def load(need: Need, *, mode: str = "auto") -> Settings:
    """Read and check the environment and `.env`, and for a key of the cloud also its files.

    Args:
        need: which command they are for.
        mode: auto, http or socket, for `serve`.

    Raises:
        SettingsError: with one line per fault, none of them holding a value.
    """
    given = _given()
    names = {name for name, value in given.items() if value}
    faults = [*unknown(names, NAMES), *missing(names, need, mode)]
    try:
        settings = Settings(**_turned_off(given))
        if need != "check" and not half_set(names):
            read_credentials(settings)
    except ValidationError as error:
        raise SettingsError((*faults, *sentences(error))) from None
    except SettingsError as error:
        raise SettingsError((*faults, *error.faults)) from None
    if faults:
        raise SettingsError(tuple(faults))
    return settings


class _Constants(Settings):
    """Settings that are made from arguments alone."""

    reads_files: ClassVar[bool] = False
    metrics: Annotated[str | None, BeforeValidator(values.host_and_port)] = Field(
        default=None, alias="MONGOLOG_METRICS"
    )
    database_url: Annotated[str, BeforeValidator(values.database_url)] = Field(
        default="sqlite://", alias="DATABASE_URL", repr=False
    )

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


def constant(**settings: str) -> Settings:
    """Settings from arguments alone, by the names of the environment; nothing else is read.

    For the demo and the tests: a demo in a production checkout must never sign with real keys.
    """
    return _Constants.model_validate(settings)


def hide_from_bolt() -> None:
    """Take the names that Bolt reads by itself out of the environment, once ours are loaded."""
    for name in READ_BY_BOLT:
        os.environ.pop(name, None)


def revealed(secret: SecretStr | None) -> str:
    """The value of a secret, where it is used; "" when it is not set."""
    return "" if secret is None else secret.get_secret_value()


def _given() -> dict[str, str | None]:
    try:
        in_file = dotenv_values(".env")
    except UnicodeDecodeError:
        raise SettingsError((".env: must be text in UTF-8",)) from None
    given = {**in_file, **os.environ}
    return given | {name: given[name] or in_file.get(name) for name in given if name != METRICS}


def _turned_off(given: dict[str, str | None]) -> dict[str, Any]:
    # For every other name an empty value is passed over.
    return {METRICS: ""} if given.get(METRICS) == "" else {}


def machine_zone() -> str | None:
    """The IANA name of this machine's own time zone; None when it can't be told."""
    localtime = os.path.realpath("/etc/localtime")
    for name in (os.environ.get("TZ", "").lstrip(":"), localtime.partition("zoneinfo/")[2]):
        if name and values.is_zone(name):
            return name
    return None
