"""How a command answers: a sentence for people, or one JSON object; 0 done, 1 failed, 2 misused."""

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from qwen_lsp.errors import QwenError
from qwen_lsp.log import Redacting

from .asking import say
from .terminal_words import in_terminal

DONE, FAILED, MISUSED = 0, 1, 2


@dataclass(frozen=True)
class Done:
    """What was done, in a sentence, and the same for programs.

    `has_failed` is for what was done to its end and found something wrong.
    """

    sentence: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    has_failed: bool = False


class Misused(QwenError):
    """The words of the command line make no sense together."""


def add_json(parser: argparse.ArgumentParser) -> None:
    """Adds the switch that all commands have."""
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def answered(command: Callable[[], Done], *, as_json: bool) -> int:
    """Runs a command, says what came of it, and gives the exit status."""
    with told_beside() as told:
        return _answered(command, told, as_json=as_json)


def _answered(command: Callable[[], Done], told: list[str], *, as_json: bool) -> int:
    """The same; a sentence that was logged on the way is not said twice."""
    try:
        done = command()
    except QwenError as error:
        sentence = in_terminal(str(error))
        told[:] = [line for line in told if line != sentence]
        _fail(sentence, as_json=as_json)
        return MISUSED if isinstance(error, Misused) else FAILED
    except (KeyboardInterrupt, EOFError):
        _fail("Stopped; nothing was changed.", as_json=as_json)
        return FAILED
    except Exception as error:  # noqa: BLE001 - a traceback of Python's could show a secret
        _fail(_fault(error), as_json=as_json)
        return FAILED
    try:
        return _said(done, as_json=as_json)
    except BrokenPipeError:  # Whoever reads it has enough: `| head`.
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return FAILED if done.has_failed else DONE


def _said(done: Done, *, as_json: bool) -> int:
    """Writes the answer; what the terminal has no letter for is written as its number."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if as_json:
        status = "failed" if done.has_failed else "done"
        print_json({"status": status, "message": done.sentence, **done.fields})
    else:
        sys.stdout.write(f"{done.sentence}\n")
        sys.stdout.flush()
    return FAILED if done.has_failed else DONE


def _fault(error: Exception) -> str:
    """A fault of ours, for a report: where it happened, and nothing that looks like a secret."""
    from qwen_lsp.log import Redacting, redact

    trace = Redacting().formatException((type(error), error, error.__traceback__))
    return f"{redact(trace)}\nqwen-lsp ran into a problem; please report what stands above."


def _fail(sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"status": "failed", "message": sentence})
        return
    has_colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    sys.stderr.write(f"\x1b[31m{sentence}\x1b[0m\n" if has_colour else f"{sentence}\n")


def print_json(fields: Mapping[str, Any]) -> None:
    """Writes one JSON object on a line of its own."""
    sys.stdout.write(f"{json.dumps(fields)}\n")
    sys.stdout.flush()


class _Told(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(Redacting())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = in_terminal(self.format(record))
        if line not in self.lines:
            self.lines.append(line)


@contextmanager
def told_beside() -> Iterator[list[str]]:
    """Gathers what is logged; what is left in the list at the end is said then."""
    told, logger = _Told(), logging.getLogger("qwen_lsp")
    logger.addHandler(told)
    try:
        yield told.lines
    finally:
        logger.removeHandler(told)
        for line in told.lines:
            say(line)
