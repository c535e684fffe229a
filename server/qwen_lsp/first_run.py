"""The way to a first answer: what there is to choose from, and one tiny question to a model.

Knows neither an editor nor a terminal: who asks the user is told what to ask.
"""

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from .errors import ServiceRefused
from .model.catalog.engines import Engine, local_engines, running_engines
from .model.chat import Message, Request, Text, Thought
from .model.qwen import Qwen
from .model.transport.http import Http

Way = Literal["engine", "key", "gateway", "signIn"]

FREE_TIER = "its free tier ended on 15 April 2026"
QUESTION = "What should answer? Code that you run an action on goes there, and nowhere else."
KEY, GATEWAY, SIGN_IN = (
    "A service with a key",
    "A company's gateway",
    f"Sign in to Qwen ({FREE_TIER})",
)
KEY_SAYS = (
    "Run `qwen-lsp login --provider dashscope-intl --api-key` in a terminal, with the id of your "
    "service, then `qwen-lsp use` with the same id; a key never goes through an editor."
)
GATEWAY_SAYS = (
    "Run `qwen-lsp setup --provider custom --base-url https://gateway.example/v1 --model NAME` in "
    "a terminal, with your company's own address."
)
ON_THE_COMMAND_LINE = (
    "Run `qwen-lsp setup` in a terminal: it finds what runs on this machine, takes a key or an "
    "address, and tries it."
)
_ASKED = Message("user", "Say hello, in one word.")
_MOST_TOKENS = 16
_LIKED = ("qwen3-coder", "coder", "qwen", "")


@dataclass(frozen=True)
class Choosable:
    """Something to choose; `engine` and `model` where it is an engine that runs here."""

    title: str
    way: Way
    engine: Engine | None = None
    model: str = ""


async def choosable(http: Http) -> list[Choosable]:
    """All that can be chosen, engines first; they are looked for now, for half a second."""
    engines = await running_engines(http, local_engines())
    return [
        *(_of_engine(engine) for engine in engines),
        Choosable(KEY, "key"),
        Choosable(GATEWAY, "gateway"),
        Choosable(SIGN_IN, "signIn"),
    ]


def best_model(names: Iterable[str], default: str = "") -> str:
    """The model to begin with: the default, else one that is made for code; empty for none."""
    names = list(names)
    if default in names:
        return default
    with_tag = [name for name in names if default and name.startswith(f"{default}:")]
    liked = (name for word in _LIKED for name in names if word in name.lower())
    return next(iter([*with_tag, *liked]), "")


def cannot_be_used(engine: Engine) -> str:
    """The sentence why an engine can't answer yet; empty where it can."""
    provider = engine.provider
    if engine.is_loading:
        return f"{provider.name} is still loading its model; try again in a moment."
    if engine.models:
        return ""
    if provider.get_model_with:
        command = provider.get_model_with.format(model=provider.default_model)
        return f"{provider.name} has no model yet; get one with `{command}`, then try again."
    return f"{provider.name} has no model yet; load one there, then try again."


async def ready(model: Qwen, name: str, service: str) -> str:
    """Asks the model for one word, and says that it is ready. Raises QwenError.

    The answer itself is of no interest. Thinking counts: with so few tokens nothing else may come.
    """
    request = Request((_ASKED,), name, max_tokens=_MOST_TOKENS)
    async with aclosing(model.once(request)) as pieces:
        async for piece in pieces:
            if isinstance(piece, (Text, Thought)) and piece.text.strip():
                return f"Ready: {name} on {service}."
    raise ServiceRefused(f"{service} answered with nothing; choose another model.")


def _of_engine(engine: Engine) -> Choosable:
    name = engine.provider.name
    model = best_model(engine.models, engine.provider.default_model)
    state = "still loading its model" if engine.is_loading else "no model yet"
    title = f"{model} on {name}, on this machine" if model else f"{name}, on this machine ({state})"
    return Choosable(title, "engine", engine, model)
