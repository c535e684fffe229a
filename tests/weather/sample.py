"""A file for each job, which names the job and is full of characters of several bytes."""

import re

from qwen_lsp.simulator.answers import answer

ABOVE = '"""🦆 Orders\tand their totals."""\n\n\n'
BELOW = "\n\n\nprint(names([]))  # 🦆 "
_CODE = """\
def totals_{n}(orders, rates):
    # 合計 🦆: was jede Währung kostet
    result = []
    for i in range(len(orders)):
        if not orders[i].currency in rates.keys():
            continue
        else:
            sum = 0
            for item in orders[i].items:
                # 𝄞 小計
                sum = sum + item.price * item.count
            result.append(sum * rates[orders[i].currency])
    return result


def names_{n}(orders):
    # 名前 é, ü
    result = []
    for order in orders:
        if order.name == None:
            # いいえ 🦆
            result.append("日本 %s" % (order.number))
        else:
            result.append("%s (%s)" % (order.name, order.number))
    return result"""


def code(job: int) -> str:
    """What is selected for this job."""
    return _CODE.replace("{n}", str(job))


def reply(job: int) -> str:
    """All that the simulated model says to it."""
    asked = f"Refactor the selected lines:\n```python\n{code(job)}\n```"
    return answer([{"role": "user", "content": asked}])


def code_in(said: str) -> str:
    """The code in a reply, also in one that is not whole: its whole lines then."""
    block = said.partition("```python\n")[2]
    whole = re.match(r"(.*?)\n```", block, re.DOTALL)
    return whole[1] if whole else block.rpartition("\n")[0]
