"""What a command logs while it runs: its user reads that on the standard error, once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from qwen_lsp.log import Redacting

from .asking import say
from .terminal_words import in_terminal


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
