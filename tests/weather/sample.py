"""A file for each job, which names the job and is full of characters of several bytes."""

import re

from qwen_lsp.simulator.answers import answer

from ..e2e.sample import CODE


def code(job: int) -> str:
    """What is selected for this job."""
    named = CODE.replace("def totals", f"def totals_{job}")
    more = named.replace("result = []", "result = []  # 合計 🦆: é")
    return more.replace("\n    return", "\n    # 小計 𝄞\n    return")


def reply(job: int) -> str:
    """All that the simulated model says to it."""
    asked = f"Refactor the selected lines:\n```python\n{code(job)}\n```"
    return answer([{"role": "user", "content": asked}])


def code_in(said: str) -> str:
    """The code in a reply, also in one that is not whole: its whole lines then."""
    block = said.partition("```python\n")[2]
    whole = re.match(r"(.*?)\n```", block, re.DOTALL)
    return whole[1] if whole else block.rpartition("\n")[0]
