"""The simulated model: messages in, the text of a reply out; the same for the same prompt."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .explain import explanation, remark
from .prompt import ParsedPrompt, understood
from .rewriting.rewrite import rewritten

_TOKEN = 4
_TALK = (
    "This is the simulator of qwen-lsp: no model runs here, so there is nothing clever to say. "
    "Ask for a rewrite or an explanation of some code to see an answer made from it.\n"
)
THOUGHT = "The code is short. What it does has to stay the same; how it says it can be plainer. "


def answer(messages: Sequence[Mapping[str, Any]]) -> str:
    """The reply to a conversation, by its system message and its last user message."""
    asked = understood(_said(messages, "system"), _said(messages, "user"))
    if asked.task == "rewrite":
        return _rewrite(asked)
    if asked.task == "explain":
        return explanation(asked.code, asked.language)
    if asked.task == "comment":
        return remark(asked.code, asked.language)
    return _TALK


def tokens(text: str) -> Iterator[str]:
    """The text in pieces of about four characters, as a model's tokens are long."""
    return (text[start : start + _TOKEN] for start in range(0, len(text), _TOKEN))


def token_count(text: str) -> int:
    """How many tokens a text takes by that measure."""
    return -(-len(text) // _TOKEN)


def _rewrite(asked: ParsedPrompt) -> str:
    code = rewritten(asked.code, asked.language, asked.prose)
    longest = max((len(marks) for marks in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"Here is the simulated rewrite:\n\n{fence}{asked.language}\n{code}\n{fence}\n"


def _said(messages: Sequence[Mapping[str, Any]], role: str) -> str:
    """What the last message of a role says; blocks of text count as one text."""
    for message in reversed(messages):
        if message.get("role") == role:
            content = message.get("content")
            if isinstance(content, str):
                return content
            blocks = content if isinstance(content, list) else []
            return "".join(
                str(block.get("text", "")) for block in blocks if isinstance(block, dict)
            )
    return ""
