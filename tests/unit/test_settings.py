"""The environment and `.env`: what is taken, what is refused, and what never shows."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import (
    NAMES,
    Mode,
    constant,
    credentials,
    hide_from_bolt,
    load,
    machine_zone,
)
from bot.settings.faults import Need

VALID = {
    "SLACK_BOT_TOKEN": "xoxb-1-invented",
    "SLACK_SIGNING_SECRET": "0123456789abcdef",
    "TENCENTCLOUD_SECRET_ID": "AKIDinvented0001",
    "TENCENTCLOUD_SECRET_KEY": "an-invented-key",
    "TENCENTCLOUD_REGION": "ap-guangzhou",
}
SECRETS = {**VALID, "SLACK_APP_TOKEN": "xapp-1-invented", "TENCENTCLOUD_TOKEN": "a-session-token"}
del SECRETS["TENCENTCLOUD_REGION"]

# What AsyncApp and its OAuth settings look up in the environment.
BOLTS_NAMES = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_VERIFICATION_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
)

Environment = Callable[..., None]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Environment:
    """An environment with the required settings and no `.env`; call it to change variables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(credentials, "FOR_ALL_USERS", tmp_path / "none")
    for name in tuple(os.environ):
        if name in (*NAMES, *BOLTS_NAMES) or name.startswith("MONGOLOG_"):
            monkeypatch.delenv(name, raising=False)

    def change(**variables: str | None) -> None:
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    change(**VALID)
    return change


def write_env(text: str, encoding: str = "utf-8") -> None:
    Path(".env").write_bytes(text.encode(encoding))


def faults(need: Need = "serve", mode: str = "auto") -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        load(need, mode=mode)
    return refused.value.faults


# --- what is taken ---


def test_required_settings_are_enough_and_the_rest_has_defaults() -> None:
    settings = load("serve")
    assert settings.regions == ("ap-guangzhou",)
    assert settings.cloud_endpoint == "https://mongodb.intl.tencentcloudapi.com"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.host, settings.port) == (None, 3000)
    assert settings.metrics == "127.0.0.1:9464"
    assert (settings.requests_per_s, settings.size_unit) == (15, "bytes")
    assert (settings.api_timezone, settings.log, settings.log_level) == (
        "Asia/Shanghai",
        None,
        "info",
    )
    assert settings.link_hosts == ()


def test_a_lookup_needs_nothing_of_slack(environment: Environment) -> None:
    environment(SLACK_BOT_TOKEN=None, SLACK_SIGNING_SECRET=None)
    assert load("lookup").slack_bot_token is None


@pytest.mark.parametrize(
    ("name", "value", "attribute", "taken"),
    [
        pytest.param(
            "TENCENTCLOUD_REGION",
            " ap-tokyo, eu-frankfurt,ap-shanghai-fsi,ap-tokyo ",
            "regions",
            ("ap-tokyo", "eu-frankfurt", "ap-shanghai-fsi"),
            id="regions in their order, each once",
        ),
        pytest.param("PORT", "8080", "port", 8080, id="port"),
        pytest.param("PORT", "0", "port", 0, id="any port"),
        pytest.param("HOST", "127.0.0.1", "host", "127.0.0.1", id="host"),
        pytest.param("MONGOLOG_REQUESTS_PER_S", "0.5", "requests_per_s", 0.5, id="half a request"),
        pytest.param("MONGOLOG_REQUESTS_PER_S", "18", "requests_per_s", 18, id="most requests"),
        pytest.param("MONGOLOG_API_TIMEZONE", "UTC", "api_timezone", "UTC", id="zone"),
        pytest.param("MONGOLOG_SIZE_UNIT", "KiB", "size_unit", "kib", id="unit in any case"),
        pytest.param("MONGOLOG_LOG", "JSON", "log", "json", id="log style"),
        pytest.param("MONGOLOG_LOG_LEVEL", "debug", "log_level", "debug", id="log level"),
        pytest.param(
            "MONGOLOG_LINK_HOSTS",
            "Mirror.Example, .files.example",
            "link_hosts",
            ("mirror.example", ".files.example"),
            id="link hosts",
        ),
    ],
)
def test_value_is_taken(
    environment: Environment, name: str, value: str, attribute: str, taken: object
) -> None:
    environment(**{name: value})
    assert getattr(load("serve"), attribute) == taken


@pytest.mark.parametrize("name", SECRETS)
def test_space_around_a_secret_does_not_matter(environment: Environment, name: str) -> None:
    environment(**{name: f" {SECRETS[name]}\r\n"})
    assert SECRETS[name] in load("serve").secrets


# --- where it comes from ---


def test_dotenv_is_read(environment: Environment) -> None:
    environment(**dict.fromkeys(VALID))
    write_env("\n".join(f"{name}={value}" for name, value in VALID.items()))
    assert load("serve").regions == ("ap-guangzhou",)


@pytest.mark.parametrize(
    ("newline", "encoding"),
    [("\r\n", "utf-8"), ("\n", "utf-8-sig")],
    ids=["windows newlines", "byte order mark"],
)
def test_dotenv_may_come_from_windows(
    environment: Environment, newline: str, encoding: str
) -> None:
    environment(**dict.fromkeys(VALID))
    write_env(newline.join(f"{name}={value}" for name, value in VALID.items()), encoding)
    settings = load("serve")
    assert {*settings.secrets, *settings.regions} == set(VALID.values())


def test_dotenv_that_is_no_text_is_one_fault() -> None:
    write_env("MONGOLOG_LOG=näh", "latin-1")
    (fault,) = faults()
    assert fault.startswith(".env: ")


def test_the_process_wins_over_dotenv(environment: Environment) -> None:
    write_env("PORT=4000\nTENCENTCLOUD_REGION=ap-tokyo\n")
    environment(PORT="5000")
    settings = load("serve")
    assert (settings.port, settings.regions) == (5000, ("ap-guangzhou",))


@pytest.mark.parametrize("name", ["PORT", "MONGOLOG_LOG", "MONGOLOG_POLICY", "SSL_CERT_FILE"])
def test_an_empty_value_counts_as_unset(environment: Environment, name: str) -> None:
    environment(**{name: ""})
    load("serve")


def test_a_required_value_that_is_empty_is_missing(environment: Environment) -> None:
    environment(TENCENTCLOUD_SECRET_KEY="")
    assert faults() == ("TENCENTCLOUD_SECRET_KEY: must be set",)


def test_an_empty_value_of_the_process_does_not_hide_dotenv(environment: Environment) -> None:
    environment(TENCENTCLOUD_REGION="")
    write_env("TENCENTCLOUD_REGION=ap-tokyo\n")
    assert load("serve").regions == ("ap-tokyo",)


def test_an_empty_line_of_dotenv_does_not_hide_the_process() -> None:
    write_env("TENCENTCLOUD_REGION=\n")
    assert load("serve").regions == ("ap-guangzhou",)


def test_constants_read_neither_the_environment_nor_dotenv(environment: Environment) -> None:
    environment(PORT="5000", MONGOLOG_NONSENSE="1", TENCENTCLOUD_TOKEN="real")
    write_env("MONGOLOG_LOG=json\nHOST=dotenv.example\n")
    settings = constant(TENCENTCLOUD_REGION="ap-tokyo")
    assert (settings.regions, settings.secrets) == (("ap-tokyo",), ())
    assert (settings.port, settings.log) == (3000, None)
    assert (settings.host, settings.metrics) == (None, None)


# --- what is refused ---


@pytest.mark.parametrize("name", VALID)
def test_a_missing_setting_is_named(environment: Environment, name: str) -> None:
    environment(**{name: None})
    (fault,) = faults(mode="http")
    assert fault.startswith(f"{name}: must be set")


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        pytest.param("http", "SLACK_SIGNING_SECRET: must be set for --mode http", id="http"),
        pytest.param("socket", "SLACK_APP_TOKEN: must be set for --mode socket", id="socket"),
        pytest.param(
            "auto",
            "SLACK_APP_TOKEN, SLACK_SIGNING_SECRET: one must be set,"
            " for Socket Mode or for HTTP mode",
            id="auto",
        ),
    ],
)
def test_what_a_mode_needs_is_named(environment: Environment, mode: str, fault: str) -> None:
    environment(SLACK_SIGNING_SECRET=None)
    assert faults(mode=mode) == (fault,)
    environment(SLACK_SIGNING_SECRET="0123456789abcdef", SLACK_APP_TOKEN="xapp-1-invented")
    settings = load("serve", mode=mode)
    environment(SLACK_SIGNING_SECRET=None, SLACK_APP_TOKEN=None)
    with pytest.raises(SettingsError) as refused:
        constant().mode(mode)
    assert refused.value.faults == (fault,)
    assert settings.mode(mode) == ("http" if mode == "http" else "socket")


def test_auto_is_http_when_there_is_no_app_token() -> None:
    assert load("serve").mode() == "http"


@pytest.mark.parametrize(
    ("mode", "host"),
    [("http", "0.0.0.0"), ("socket", "127.0.0.1")],  # noqa: S104 - only compared
)
def test_in_socket_mode_only_this_machine_is_listened_to(
    environment: Environment, mode: Mode, host: str
) -> None:
    assert load("serve").host_in(mode) == host
    environment(HOST="192.0.2.1")
    assert load("serve").host_in(mode) == "192.0.2.1"


def test_a_check_starts_with_nothing_set(environment: Environment) -> None:
    environment(**dict.fromkeys(VALID))
    assert load("check").regions == ()


MALFORMED = {
    "SLACK_BOT_TOKEN": ["xoxp-1-other-kind", "nonsense", "xoxb-1 in two"],
    "SLACK_APP_TOKEN": ["xoxb-1-other-kind"],
    "SLACK_SIGNING_SECRET": ["two words", "gehéim", "zero\u200bwidth"],
    "TENCENTCLOUD_SECRET_ID": ["AKID two", "AKIDé"],
    "TENCENTCLOUD_SECRET_KEY": ["one\ntwo", "schlüssel"],
    "TENCENTCLOUD_TOKEN": ["in two"],
    "TCCLI_PROFILE": ["../../etc/other", "two words", "-x", "pröd"],
    "TENCENTCLOUD_REGION": ["Guangzhou", "ap_guangzhou", ",,", "ap-guangzhou;ap-tokyo", "AP-TOKYO"],
    "PORT": ["-1", "65536", "eighty", "3000.5", "nan", "inf"],
    "MONGOLOG_LINK_HOSTS": ["https://mirror.example", "mirror", "*.mirror.example", "a.b/c"],
    "SSL_CERT_FILE": ["/nowhere/ca.pem", "/"],
    "MONGOLOG_REQUESTS_PER_S": ["0", "18.5", "-3", "fifteen", "nan", "1e9"],
    "MONGOLOG_API_TIMEZONE": ["Mars/Olympus", "UTC+8", "../etc/passwd", "America", "+08:00"],
    "MONGOLOG_SIZE_UNIT": ["megabytes"],
    "MONGOLOG_METRICS": ["junk::VALUE", "8125", "host:", "http://host:1", "127.0.0.1:99999"],
    "MONGOLOG_POLICY": ["rules.toml"],
    "DATABASE_URL": ["mysql://root:pw@host/db", "mongolog.db", "sqlite:///", "postgres://host"],
    "MONGOLOG_AUDIT_DAYS": ["0", "for ever", "3651"],
    "MONGOLOG_LOG": ["xml"],
    "MONGOLOG_LOG_LEVEL": ["verbose", "10"],
}
# Words that a sentence about the variable may hold by itself.
NO_GIVEAWAY = {"0", "sqlite:///", "/", "10", ",,", "UTC+8", "nan", "inf", "-1", "-3", "America"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name} {number}")
        for name, values in MALFORMED.items()
        for number, value in enumerate(values, 1)
    ],
)
def test_a_malformed_value_is_one_line_without_the_value(
    environment: Environment, name: str, value: str
) -> None:
    environment(**{name: value})
    (line,) = faults()
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert value in NO_GIVEAWAY or value not in line


def test_a_fault_is_told_in_our_words(environment: Environment) -> None:
    environment(PORT="3000.5")
    assert faults() == ("PORT: must be a whole number from 0 to 65535",)


def test_every_setting_that_can_be_malformed_is_tried() -> None:
    urls_and_free_text = {"SLACK_API_URL", "TENCENTCLOUD_ENDPOINT", "HOST"}
    assert {*MALFORMED, *urls_and_free_text} == set(NAMES)


def test_all_faults_are_told_at_once(environment: Environment) -> None:
    environment(
        SLACK_BOT_TOKEN="nonsense", TENCENTCLOUD_REGION=None, PORT="eighty", MONGOLOG_SPEED="fast"
    )
    told = faults()
    assert sorted(line.partition(": ")[0] for line in told) == [
        "MONGOLOG_SPEED",
        "PORT",
        "SLACK_BOT_TOKEN",
        "TENCENTCLOUD_REGION",
    ]
    assert not any(value in line for line in told for value in ("nonsense", "eighty", "fast"))


def test_an_unknown_name_of_ours_is_a_fault(environment: Environment) -> None:
    environment(MONGOLOG_REQUEST_PER_S="5")
    assert faults() == ("MONGOLOG_REQUEST_PER_S: no such setting",)


@pytest.mark.parametrize("line", ["MONGOLOG_LOGS=json", "export MONGOLOG_LOGS=json"])
def test_an_unknown_name_of_ours_in_dotenv_is_a_fault(line: str) -> None:
    write_env(f"{line}\n")
    assert faults() == ("MONGOLOG_LOGS: no such setting",)


def test_other_names_are_nobodys_business(environment: Environment) -> None:
    environment(SLACK_CLIENT_ID="1", LANG="C", mongolog_log="x")
    write_env("ANYTHING=else\n")
    load("serve")


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "[::1]:9464", "localhost:1"])
def test_an_address_of_the_metrics_is_accepted(environment: Environment, address: str) -> None:
    environment(MONGOLOG_METRICS=address)
    assert load("serve").metrics == address


@pytest.mark.parametrize(
    ("process", "dotenv", "metrics"),
    [
        pytest.param("", None, None, id="emptied by the process"),
        pytest.param("", "MONGOLOG_METRICS=127.0.0.1:1", None, id="the process wins"),
        pytest.param(None, "MONGOLOG_METRICS=", None, id="emptied in the file"),
        pytest.param("127.0.0.1:2", "MONGOLOG_METRICS=", "127.0.0.1:2", id="set again"),
        pytest.param(None, "MONGOLOG_METRICS=127.0.0.1:1", "127.0.0.1:1", id="set in the file"),
        pytest.param(None, None, "127.0.0.1:9464", id="unset"),
    ],
)
def test_metrics_are_off_when_set_to_nothing(
    environment: Environment, process: str | None, dotenv: str | None, metrics: str | None
) -> None:
    environment(MONGOLOG_METRICS=process)
    write_env(dotenv or "")
    assert load("serve").metrics == metrics


# --- who gets the signed requests and the token ---


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        pytest.param(
            "mongodb.tencentcloudapi.com", "https://mongodb.tencentcloudapi.com", id="host"
        ),
        pytest.param(
            " https://mongodb.ap-tokyo.tencentcloudapi.com/ ",
            "https://mongodb.ap-tokyo.tencentcloudapi.com",
            id="url",
        ),
        pytest.param("http://127.0.0.1:8080", "http://127.0.0.1:8080", id="loopback"),
        pytest.param("http://127.8.9.1", "http://127.8.9.1", id="all of 127"),
        pytest.param("http://localhost:8080/", "http://localhost:8080", id="localhost"),
        pytest.param("http://[::1]:8080", "http://[::1]:8080", id="loopback of version 6"),
    ],
)
def test_cloud_endpoint_is_the_vendors_or_this_machine(
    environment: Environment, value: str, endpoint: str
) -> None:
    environment(TENCENTCLOUD_ENDPOINT=value)
    assert load("serve").cloud_endpoint == endpoint


# These lead elsewhere, whatever stands in {domain}.
ELSEWHERE = {
    "another host": "https://evil.example",
    "a longer name": "https://x.{domain}.evil.example",
    "no dot before": "https://evil{domain}",
    "user info": "https://x.{domain}@evil.example",
    "the vendor with user info": "https://me:secret@x.{domain}",
    "backslash": "https://evil.example\\.{domain}",
    "escaped slash": "https://evil.example%2f.{domain}",
    "plain http": "http://x.{domain}",
    "another scheme": "ftp://x.{domain}",
    "no host": "https:///x.{domain}",
    "half an address": "https://[::1",
    "a port that is none": "https://x.{domain}:port",
    "almost loopback": "http://127.0.0.1.evil.example",
    "localhost of somebody": "http://localhost.evil.example",
    "every address": "http://0.0.0.0",
    "a private address": "http://10.0.0.1",
    "metadata service": "http://169.254.169.254",
}


@pytest.mark.parametrize("value", ELSEWHERE.values(), ids=ELSEWHERE)
def test_cloud_endpoint_elsewhere_is_refused(environment: Environment, value: str) -> None:
    url = value.format(domain="tencentcloudapi.com")
    environment(TENCENTCLOUD_ENDPOINT=url)
    (line,) = faults()
    assert line.startswith("TENCENTCLOUD_ENDPOINT: must be ")
    assert url not in line


@pytest.mark.parametrize("tail", ["/v1", "?a=b", "#a"], ids=["path", "query", "fragment"])
def test_cloud_endpoint_has_no_path(environment: Environment, tail: str) -> None:
    environment(TENCENTCLOUD_ENDPOINT=f"https://mongodb.tencentcloudapi.com{tail}")
    assert faults() == ("TENCENTCLOUD_ENDPOINT: must be a host or a URL without a path",)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        pytest.param("https://slack.com/api", "https://slack.com/api/", id="slash added"),
        pytest.param("https://slack-gov.com/api/", "https://slack-gov.com/api/", id="gov"),
        pytest.param("https://x.slack.com/api/", "https://x.slack.com/api/", id="below"),
        pytest.param("https://slack.com:443/api/", "https://slack.com:443/api/", id="port said"),
        pytest.param("http://127.0.0.1:8080/api/", "http://127.0.0.1:8080/api/", id="loopback"),
    ],
)
def test_slack_url_is_slacks_or_this_machine(
    environment: Environment, value: str, url: str
) -> None:
    environment(SLACK_API_URL=value)
    assert load("serve").slack_api_url == url


@pytest.mark.parametrize("value", ELSEWHERE.values(), ids=ELSEWHERE)
def test_slack_url_elsewhere_is_refused(environment: Environment, value: str) -> None:
    url = value.format(domain="slack.com") + "/api/"
    environment(SLACK_API_URL=url)
    (line,) = faults()
    assert line.startswith("SLACK_API_URL: must be ")
    assert url not in line


def test_slack_url_on_another_port_is_refused(environment: Environment) -> None:
    environment(SLACK_API_URL="https://slack.com:8443/api/")
    assert len(faults()) == 1


def test_response_urls_are_slacks_or_on_the_host_of_the_web_api(environment: Environment) -> None:
    environment(SLACK_API_URL="http://127.0.0.1:8080/api/")
    assert load("serve").response_url_hosts == (
        "hooks.slack.com",
        "hooks.slack-gov.com",
        "127.0.0.1",
    )


# --- secrets ---


def test_secrets_do_not_show(environment: Environment) -> None:
    environment(**SECRETS)
    settings = load("serve")
    assert sorted(settings.secrets) == sorted(SECRETS.values())
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert not [value for value in SECRETS.values() if value in shown]


def test_bolt_finds_none_of_the_names_it_reads_by_itself(environment: Environment) -> None:
    environment(**dict.fromkeys(BOLTS_NAMES, "xoxb-1-invented"))
    hide_from_bolt()
    assert not [name for name in BOLTS_NAMES if name in os.environ]
    assert os.environ["TENCENTCLOUD_REGION"] == "ap-guangzhou"
    hide_from_bolt()


def test_tls_is_verified() -> None:
    context = load("serve").tls()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    ("name", "zone"),
    [("Asia/Tokyo", "Asia/Tokyo"), (":Europe/Berlin", "Europe/Berlin")],
    ids=["plain", "with a colon"],
)
def test_the_machines_zone_is_that_of_its_environment(
    environment: Environment, name: str, zone: str
) -> None:
    environment(TZ=name)
    assert machine_zone() == zone


def test_a_zone_that_is_none_is_not_the_machines(environment: Environment) -> None:
    environment(TZ="Mars/Olympus")
    assert machine_zone() != "Mars/Olympus"
