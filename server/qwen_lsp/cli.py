"""The command line. Without a subcommand it is a language server on stdin and stdout."""

import argparse
import gc
import importlib
import logging
import sys
from collections.abc import Callable, Sequence

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

COMMANDS = {
    "setup": ("find a model and try it, or make an editor know qwen-lsp", ".command_line.setup"),
    "login": ("sign in, or keep a key for a service", ".command_line.login"),
    "logout": ("sign out, or forget a key", ".command_line.logout"),
    "status": ("say which model would be asked here", ".command_line.status"),
    "models": ("list the models of a service", ".command_line.models"),
    "usage": ("say what was used, by day and service", ".command_line.usage"),
    "doctor": ("look into all between here and a model", ".command_line.doctor"),
    "use": ("choose the service and the model that answer", ".command_line.use"),
    "trust": ("let what lies in a folder give keys", ".command_line.trust"),
    "simulate": ("run a stand-in Qwen service on this machine", ".simulator.command"),
}
"""Each with its help and its module, which is imported when it is wanted."""

_NO_DEMO = 'The simulator needs packages that are not installed: install "qwen-lsp[demo]".\n'
_AT_TERMINAL = "qwen-lsp speaks LSP on its input and output: it is an editor that starts it.\n"


def main(words: Sequence[str] | None = None) -> int:
    """Runs qwen-lsp with the words of the command line after its name; gives the exit status."""
    words = sys.argv[1:] if words is None else words
    parser, commands = _parsers()
    try:
        for name in COMMANDS.keys() & {*words}:
            _add(commands[name], COMMANDS[name][1])
        arguments = parser.parse_args(words)
        if arguments.version:
            from importlib.metadata import version

            sys.stdout.write(f"qwen-lsp {version('qwen-lsp')}\n")
            return 0
        run: Callable[[argparse.Namespace], int] = arguments.run
        return run(arguments)
    except ModuleNotFoundError as error:
        if (error.name or __package__).partition(".")[0] == __package__:
            raise
        sys.stderr.write(_NO_DEMO)
        return 1


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """The parser, and those of the commands, whose arguments are added when they are wanted."""
    from .log import log_folder

    parser = argparse.ArgumentParser(
        prog="qwen-lsp",
        description="A language server that streams Qwen's answers into your editor. "
        "Without a command it serves an editor on its input and output.",
        epilog=f"It logs to its standard error and to a file in {log_folder()}.",
        allow_abbrev=False,
    )
    parser.set_defaults(run=_serve)
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    parser.add_argument(
        "--log-level",
        choices=LEVELS,
        default="info",
        metavar="LEVEL",
        help="how much to log: debug, info (the default), warning or error",
    )
    parser.add_argument(
        "--provider", metavar="ID", help="before all settings: which service answers"
    )
    parser.add_argument("--model", metavar="NAME", help="before all settings: which model")
    # LSP 3.17, "Implementation Considerations": editors may add these. The process id comes again
    # with `initialize`.
    parser.add_argument("--stdio", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--clientProcessId", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(title="commands", metavar="")
    return parser, {
        name: commands.add_parser(name, help=help_, allow_abbrev=False)
        for name, (help_, _) in COMMANDS.items()
    }


def _add(parser: argparse.ArgumentParser, module: str) -> None:
    command = importlib.import_module(module, __package__)
    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


def _serve(arguments: argparse.Namespace) -> int:
    from .log import start_logging

    start_logging(LEVELS[arguments.log_level])
    if sys.stdin and sys.stdin.isatty():
        sys.stderr.write(_AT_TERMINAL)
    from .lsp.rpc.stdio import serve
    from .lsp.server import create_server

    named = {"provider": arguments.provider, "model": arguments.model}
    server = create_server(command_line={name: value for name, value in named.items() if value})
    gc.freeze()  # What is imported stays: it need not be searched for garbage ever again.
    return serve(server)
