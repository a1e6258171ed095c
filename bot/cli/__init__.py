"""The commands of the terminal, each imported only when it is chosen.

Exit codes: 0 done · 1 Slack can't be reached, or `check` found a fault · 2 usage, settings or a
disk that can't be used · 3 no such instance, or no export to fetch · 4 not authorised · 5 the cloud
is unreachable or broken.
"""

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from bot import __version__

DESCRIPTION = "How the log exports of TencentDB for MongoDB instances stand, told in Slack."
DEMO_PORT = 8080
LOOKUP_OPTIONS = ("--json", "--links", "--help", "-h")
DIRECTORY_OPTIONS = ("-o", "--output")
# What a shell expects of a program that Ctrl-C ended, and of one whose reader went away.
INTERRUPTED, READER_LEFT = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code."""
    options = _read(list(sys.argv[1:] if arguments is None else arguments))
    for stream in (sys.stdout, sys.stderr):  # a terminal that can't show a character gets `\u…`
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = RUN[options.command](options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our answer, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT
    return code


def _serve(options: argparse.Namespace) -> int:
    from bot.cli import serve  # noqa: PLC0415 - like all of these: not for every command

    return serve.run(options.mode)


def _demo(options: argparse.Namespace) -> int:
    from bot.cli import demo  # noqa: PLC0415

    return demo.run(port=options.port, once=options.once, browser=not options.no_browser)


def _look_up(options: argparse.Namespace) -> int:
    # One question and the end of the process: looking for garbage in what was imported, while it
    # is imported and once more at the exit, is a sixth of the whole time.
    gc.disable()
    from bot.cli import lookup  # noqa: PLC0415 - imports httpx alone

    try:
        return lookup.run(options.words, as_json=options.json, links=options.links)
    finally:
        gc.freeze()
        gc.enable()


def _get(options: argparse.Namespace) -> int:
    from bot.cli import get  # noqa: PLC0415 - imports httpx alone, too

    return get.run(options.words, options.output)


def _check(options: argparse.Namespace) -> int:
    if options.who is None:
        from bot.cli import check  # noqa: PLC0415

        return check.run()
    from bot.cli import check_rules  # noqa: PLC0415

    return check_rules.run(options.who, options.instance, options.channel)


def _rules(options: argparse.Namespace) -> int:
    from bot.cli import rules  # noqa: PLC0415

    return rules.run(example=options.example, path=options.file)


def _audit(options: argparse.Namespace) -> int:
    from bot.cli import audit  # noqa: PLC0415

    return audit.run(
        instance=options.instance, user=options.user, since=options.since, as_json=options.json
    )


def _manifest(options: argparse.Namespace) -> int:
    from bot.cli import manifest  # noqa: PLC0415

    return manifest.run(options.url)


RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "demo": _demo,
    "lookup": _look_up,
    "get": _get,
    "check": _check,
    "rules": _rules,
    "audit": _audit,
    "manifest": _manifest,
}


def _read(arguments: list[str]) -> argparse.Namespace:
    if arguments[:1] == ["get"]:
        return _read_get(arguments[1:])
    if arguments[:1] != ["lookup"]:
        return _parser().parse_args(arguments)
    # The words of a look-up are ours to read: `--since 6h` is one of them, not an option.
    ours = [word for word in arguments[1:] if word in LOOKUP_OPTIONS]
    options = _parser().parse_args(["lookup", *ours])
    options.words = [word for word in arguments[1:] if word not in LOOKUP_OPTIONS]
    return options


def _read_get(arguments: list[str]) -> argparse.Namespace:
    ours: list[str] = []
    words: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word in DIRECTORY_OPTIONS:
            ours += [word, *([value] if (value := next(rest, None)) else [])]
        elif word in {"-h", "--help"} or word.startswith("--output="):
            ours.append(word)
        else:
            words.append(word)
    options = _parser().parse_args(["get", *ours])
    options.words = words
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mongolog", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_serve(commands)
    _add_demo(commands)
    _add_lookup(commands)
    _add_get(commands)
    _add_check(commands)
    _add_rules(commands)
    _add_audit(commands)
    _add_manifest(commands)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser("serve", help="run the bot, until SIGTERM")
    serve.add_argument(
        "--mode",
        choices=("auto", "http", "socket"),
        default="auto",
        help="how Slack reaches it; auto is socket when SLACK_APP_TOKEN is set, else http",
    )


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="the whole product on this machine, no accounts")
    demo.add_argument("--port", type=int, default=DEMO_PORT, help="of the local Slack page")
    demo.add_argument("--once", action="store_true", help="ask one question, print it, end")
    demo.add_argument("--no-browser", action="store_true", help="do not open the page")


def _add_lookup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    lookup = commands.add_parser(
        "lookup",
        help="how instances' log exports stand",
        usage="mongolog lookup ID… [words] [--json] [--links]",
        description="The same words as in Slack, such as: cmgo-k2p5su09 failed last 6h. "
        "Try `mongolog lookup help`.",
    )
    lookup.add_argument("--json", action="store_true", help="one JSON document on stdout")
    lookup.add_argument("--links", action="store_true", help="show download links: bearer secrets")


def _add_get(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    get = commands.add_parser(
        "get",
        help="fetch an instance's newest done export to disk",
        usage="mongolog get ID [slow|error] [words] [-o DIR]",
        description="The newest done export that has a link, or the newest of what the words say, "
        "such as: cmgo-k2p5su09 slow yesterday. The path of the file is printed last; what an "
        "interrupted run has left is continued.",
    )
    get.add_argument(
        *DIRECTORY_OPTIONS,
        default=".",
        metavar="DIR",
        help="where to put it; made when it is not there",
    )


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser(
        "check",
        help="try every token, key, right and clock for real; or what the rules say",
        usage="mongolog check [--as @USER cmgo-… ['#CHANNEL']]",
    )
    check.add_argument("--as", dest="who", metavar="@USER", help="say what the rules answer them")
    check.add_argument("instance", nargs="?", default="", help="with --as: which instance")
    check.add_argument("channel", nargs="?", help="with --as: where")


def _add_rules(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rules = commands.add_parser("rules", help="read a rules file, or print an example of one")
    rules.add_argument("--example", action="store_true", help="print a file that works")
    rules.add_argument("file", nargs="?", help="which file; MONGOLOG_POLICY when left out")


def _add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = commands.add_parser("audit", help="what became of links and shared answers")
    audit.add_argument("--instance", metavar="ID", help="about this instance alone")
    audit.add_argument("--user", metavar="U…", help="by this person alone, as Slack's id")
    audit.add_argument("--since", metavar="7d", help="a length of time, or a day")
    audit.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _add_manifest(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    manifest = commands.add_parser("manifest", help="the app's manifest, as JSON for Slack")
    manifest.add_argument(
        "--url", help="where Slack reaches the app over https; without it, by Socket Mode"
    )
