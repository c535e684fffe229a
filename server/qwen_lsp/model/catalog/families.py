"""What is known of the families of models: thinking, sampling, and what each limit is called."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypedDict

Thinking = Literal["never", "switch", "effort", "always"]
"""Whether a family thinks: not at all, by a switch, by an effort with a level `none`, always."""

Dialect = Literal["dashscope", "template", "effort"]
"""How a service is told of thinking.

`dashscope` has the families' own fields (`enable_thinking`, `reasoning_effort`), `template` hands
the switch to the chat template (llama.cpp, vLLM, SGLang), `effort` knows `reasoning_effort` for
every family (Ollama).
"""

Number = int | float


@dataclass(frozen=True)
class Family:
    """Models that are spoken to alike."""

    name: str
    thinking: Thinking
    sampling: Mapping[str, Number] = field(default_factory=lambda: MappingProxyType({}))
    counts_thinking: bool = False
    """`max_completion_tokens` is its limit, for thinking and answer together."""
    window: int | None = None
    """Tokens that it reads at DashScope, where that is known (qwen-services, 5.5)."""
    caches: bool = False
    """Whether DashScope keeps a marked beginning of a prompt for it, which content blocks mark."""


class _Newer(TypedDict):
    counts_thinking: bool
    window: int
    caches: bool


_OPENAIS = frozenset(("temperature", "top_p"))
_LLAMAS = {"repetition_penalty": "repeat_penalty"}
_CODER = MappingProxyType(
    {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "repetition_penalty": 1.05}
)
_CODER_NEXT = MappingProxyType({"temperature": 1.0, "top_p": 0.95, "top_k": 40})

_NEW: _Newer = {"counts_thinking": True, "window": 991_808, "caches": True}

# The first pattern that matches the model's name, without its vendor and in lower case, decides.
_FAMILIES = (
    (r"qwen3-coder-next", Family("Qwen3-Coder-Next", "never", _CODER_NEXT, window=262_144)),
    (r"qwen3-coder-(plus|flash)", Family("Qwen3-Coder", "never", _CODER, window=997_952)),
    (r"qwen(3|2\.5)?-?coder", Family("Qwen-Coder", "never", _CODER)),
    (r"coder-model$", Family("Qwen OAuth's coder-model", "switch", **_NEW)),
    (r"qwen-?4", Family("Qwen4", "effort", **_NEW)),
    (r"qwen-?3\.8", Family("Qwen3.8", "effort", **_NEW)),
    (r"qwen-?3\.[567]", Family("Qwen3.5 to 3.7", "switch", **_NEW)),
    (r"(qwen3|qwen-(max|plus|flash|turbo)).*thinking|qwq|qvq", Family("Qwen thinkers", "always")),
    (r"qwen3.*instruct", Family("Qwen3 instruct", "never")),
    (r"qwen3|qwen-(plus|flash|turbo)", Family("Qwen3", "switch")),
)
# What is sent an image and knows only text answers with an error (qwen-services, 5.5).
_SEEING = re.compile(
    r"^coder-model$|qwen-?4|(?<![a-z])vl(?![a-z])|[\d-]vl|vision|omni|llava|pixtral|gemma-?[34]"
    r"|minicpm-v|gpt-[4-9]|claude|gemini|llama-?4"
)
_OTHER = Family("other", "never")


def family_of(model: str) -> Family:
    """The family of `model`; one that is asked nothing special where the name is unknown."""
    name = model.lower().rpartition("/")[2]
    return next((family for pattern, family in _FAMILIES if re.match(pattern, name)), _OTHER)


def sees(model: str) -> bool:
    """Whether `model` is known to look at images, by its name; all others are taken for blind."""
    return bool(_SEEING.search(model.lower().rpartition("/")[2]))


def thinking_fields(family: Family, dialect: Dialect, *, thinking: str) -> dict[str, object]:
    """The fields of a request that say whether, and how much, to think; none where nobody can.

    `thinking` is `off`, `auto` or a level, which is more than off where there is only a switch.
    """
    if family.thinking in ("never", "always"):
        return {}
    if dialect == "template":
        return {"chat_template_kwargs": {"enable_thinking": thinking != "off"}}
    if dialect == "dashscope" and family.thinking == "switch":
        return {"enable_thinking": thinking != "off"}
    effort = "none" if thinking == "off" else thinking
    return {} if thinking == "auto" else {"reasoning_effort": effort}


def sampling_fields(
    family: Family, dialect: Dialect, known: Collection[str] = ()
) -> dict[str, object]:
    """The family's own sampling, in what the service is known to take.

    `top_k` and `repetition_penalty` are no fields of OpenAI's: only DashScope is sent them, and
    services for which they are `known`, the latter also as llama.cpp's `repeat_penalty`.
    """
    fields: dict[str, object] = {}
    for name, number in family.sampling.items():
        if dialect == "dashscope" or name in _OPENAIS or name in known:
            fields[name] = number
        elif _LLAMAS.get(name) in known:
            fields[_LLAMAS[name]] = number
    return fields


def limit_name(family: Family, dialect: Dialect) -> str:
    """What the limit of tokens is called: local servers and older models know only `max_tokens`."""
    return (
        "max_completion_tokens"
        if dialect == "dashscope" and family.counts_thinking
        else "max_tokens"
    )
