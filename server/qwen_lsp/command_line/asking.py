"""Questions at a terminal; what they say goes to the standard error, which is no answer."""

import sys
from collections.abc import Sequence

from qwen_lsp.errors import RequestError


class Declined(RequestError):
    """The user said no."""


def is_terminal() -> bool:
    """Whether there is somebody to ask."""
    return bool(sys.stdin and sys.stdin.isatty())


def say(sentence: str) -> None:
    """Says something beside the answer."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def agreed(question: str) -> bool:
    """Whether the user says yes; anything else is no. Raises EOFError."""
    return line(f"{question} [y/N] ").lower() in ("y", "yes")


def chosen(question: str, titles: Sequence[str]) -> int:
    """The number, from 0, of what the user chooses. Raises EOFError."""
    say(question)
    for number, title in enumerate(titles, start=1):
        say(f"  {number}  {title}")
    while True:
        text = line(f"A number from 1 to {len(titles)}: ")
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(titles):
            return int(text) - 1


def line(question: str) -> str:
    """What the user types, without blanks around it. Raises EOFError at the input's end."""
    sys.stderr.write(question)
    sys.stderr.flush()
    text = sys.stdin.readline()
    if not text:
        sys.stderr.write("\n")
        raise EOFError
    return text.strip()


def must_agree(question: str, *, yes: bool, what: str) -> None:
    """Goes on if `yes` is on the command line or the user agrees. Raises RequestError, Declined.

    `what` says what --yes would do, for where there is nobody to ask.
    """
    if yes:
        return
    if not is_terminal():
        raise RequestError(f"There is no terminal to ask at; --yes {what}. Nothing was changed.")
    if not agreed(question):
        raise Declined("Nothing was changed.")
