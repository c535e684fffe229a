"""What a command logs is said once, in the words of a terminal, and without a secret."""

import json
import logging

import pytest

from qwen_lsp.command_line.answer import Done, answered
from qwen_lsp.errors import RequestError

log = logging.getLogger("qwen_lsp.of_this_test")


def test_what_is_logged_and_raised_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Done:
        log.warning("It is lost; run the action again.")
        log.warning("Something else.")
        raise RequestError("It is lost; run the action again.")

    assert answered(fail, as_json=False) == 1
    assert capsys.readouterr().err.splitlines() == ["It is lost; try again.", "Something else."]
    assert answered(fail, as_json=True) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["message"] == "It is lost; try again."
    assert said.err == "Something else.\n"


def test_what_is_logged_of_what_is_done_is_said_without_a_secret(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def do() -> Done:
        log.info("Nobody wants to know.")
        for _ in range(2):
            log.warning("A file holds %s.", "sk-0123456789abcdef")
        return Done("Done.")

    assert answered(do, as_json=False) == 0
    said = capsys.readouterr()
    assert said.out == "Done.\n"
    assert said.err == "A file holds sk-[redacted].\n"
    log.warning("After it.")
    assert capsys.readouterr().err == ""
