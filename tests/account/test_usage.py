"""The totals of what was used: added up by day and provider, kept small, and forgotten."""

import asyncio
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from qwen_lsp.account import usage
from qwen_lsp.account.usage import KEPT_DAYS, Total, count, forget, totals, usage_file
from qwen_lsp.errors import AccountError
from qwen_lsp.model.chat import Usage


def test_jobs_add_up_by_day_and_provider() -> None:
    assert totals() == {}
    count("2026-11-20", "ollama", Usage(10, 4, 3, 1))
    count("2026-11-21", "ollama", Usage(10, 4, 3, 1))
    count("2026-11-21", "ollama", Usage(5))
    count("2026-11-21", "custom", Usage())
    assert totals() == {
        "2026-11-20": {"ollama": Total(1, 10, 4, 3, 1)},
        "2026-11-21": {"ollama": Total(2, 15, 4, 3, 1), "custom": Total(1)},
    }


def test_old_days_go() -> None:
    for day in range(KEPT_DAYS + 5):
        count((date(2026, 11, 1) + timedelta(day)).isoformat(), "ollama", Usage(1))
    assert len(totals()) == KEPT_DAYS
    assert min(totals()) == "2026-11-06"


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", "[" * 100_000, '{"2026-11-21": 3}', '{"2026-11-21": {"ollama": 1}}',
     '{"2026-11-21": {"ollama": {"jobs": "many", "promptTokens": -3, "cachedTokens": null}}}',
     '{"2026-11-21": {"ollama": {"jobs": true, "promptTokens": 1e9, "cachedTokens": [1]}}}',
     '{"9999": {"ollama": {"jobs": 1}}, "20261121": {}, "\\u001b[31m": {"ollama": {"jobs": 1}}}',
     '{"2026-11-21": {"\\u001b]0;x": {"jobs": 1}, "": {"jobs": 1}}}', "\x00", "9" * 5_000],
)  # fmt: skip
def test_what_is_none_of_ours_is_begun_anew(text: str) -> None:
    usage_file().parent.mkdir(parents=True)
    usage_file().write_text(text, encoding="utf-8")
    count("2026-11-21", "ollama", Usage(1))
    assert totals() == {"2026-11-21": {"ollama": Total(1, 1)}}


def test_it_is_forgotten() -> None:
    assert not forget()
    count("2026-11-21", "ollama", Usage(1))
    assert forget()
    assert not usage_file().exists()
    assert totals() == {}


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_it_is_its_owners_alone() -> None:
    count("2026-11-21", "ollama", Usage(1))
    assert usage_file().stat().st_mode & 0o077 == 0
    assert set(json.loads(usage_file().read_text("utf-8"))["2026-11-21"]["ollama"]) == {
        "jobs", "promptTokens", "cachedTokens", "completionTokens", "reasoningTokens",
    }  # fmt: skip


def test_no_job_of_many_programs_is_lost() -> None:
    async def at_once() -> None:
        counting = (asyncio.to_thread(count, "2026-11-21", "a", Usage(1)) for _ in range(20))
        await asyncio.gather(*counting)

    asyncio.run(at_once())
    assert totals()["2026-11-21"]["a"] == Total(20, 20)


COUNTING = """
from qwen_lsp.account.usage import count
from qwen_lsp.model.chat import Usage
for _ in range(20):
    count("2026-11-21", "a", Usage(1))
"""


def test_two_programs_that_count_at_once() -> None:
    counting = [subprocess.Popen([sys.executable, "-c", COUNTING]) for _ in range(2)]
    assert [each.wait(30) for each in counting] == [0, 0]
    assert totals()["2026-11-21"]["a"] == Total(40, 40)


def test_what_cant_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr(usage, "data_folder", lambda: file)
    with pytest.raises(AccountError):
        count("2026-11-21", "a", Usage(1))
    assert totals() == {}
