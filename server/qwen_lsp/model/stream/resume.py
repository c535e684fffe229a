"""A reply that was cut is gone on with, where the service can do that; never begun again.

It goes on from the reply as it came, and never from the document, which its user may have changed.
"""

import re
from dataclasses import replace
from typing import Any

from qwen_lsp.errors import Meaning, ModelError, ReplyCut, Unreachable
from qwen_lsp.model.address import is_qwen_host
from qwen_lsp.model.catalog.families import Dialect
from qwen_lsp.model.catalog.providers import Continues, Provider, providers
from qwen_lsp.model.chat import Kept, Message, Piece, Request, Text, Thought, Usage
from qwen_lsp.model.stream.overlap import Seam
from qwen_lsp.text.tokens import tokens_in

MOST_TIMES = 2
ANEW = "The service began its reply anew and did not go on with it; run the action again."

_THOUGHT_PER_TOKEN = 3
"""Characters, in whichever script a model thinks."""

PAUSES: dict[Meaning, float] = {"cut": 0, "silent": 0, "trouble": 2, "rate": 5}
"""After which failures a reply is gone on with, and the seconds to wait first."""
NETWORK_PAUSES = (1, 2, 4, 8)
"""Seconds until a service that can't be reached is asked to go on once more: Wi-Fi takes a while
to be back after a sleep."""


def way_on(request: Request, provider: Provider, host: str) -> Continues | None:
    """How the service at `host` is asked to go on; None where it can't with this model."""
    if provider.base_url is None and not provider.loopback_only and is_qwen_host(host):
        provider = providers()["dashscope-intl"]
    model = request.model.lower().rpartition("/")[2]
    return provider.continues if re.match(provider.continues_models, model) else None


def onward(request: Request, begun: str) -> Request:
    """The request for what follows on `begun`. What is not thought yet is not thought any more."""
    messages = (*request.messages, Message("assistant", begun))
    return replace(request, messages=messages, thinking="off", may_be_kept=False, kept=None)


def asking_to_go_on(body: dict[str, Any], way: Continues, dialect: Dialect) -> dict[str, Any]:
    """`body`, whose last message is the beginning of the reply, as a request to go on from there.

    DashScope wants the message marked (qwen-services, section 5.4), vLLM and SGLang want the
    request marked; llama.cpp and Ollama go on from an assistant's message that is the last.
    llama.cpp refuses that of any model that could think and is not told not to.
    """
    if dialect == "template":
        body = body | {"chat_template_kwargs": {"enable_thinking": False}}
    if way == "partial":
        *before, last = body["messages"]
        return body | {"messages": [*before, last | {"partial": True}]}
    if way == "flag":
        return body | {"continue_final_message": True, "add_generation_prompt": False}
    return body


class Begun:
    """A reply so far, over all the streams that it came in."""

    def __init__(self) -> None:
        self.text = ""
        self.way: Continues | None = None
        """How the stream that comes now goes on; None for the first one."""
        self._times = self._lost = 0
        self._at_last_cut = 0
        self._seam = Seam("")
        self._counted, self._of_stream = Usage(), Usage()
        self._thought = 0

    @property
    def tokens(self) -> int:
        """About how many tokens came, thinking among them: a stream that is cut seldom says it."""
        return tokens_in(self.text) + self._thought // _THOUGHT_PER_TOKEN

    @property
    def sent(self) -> str:
        """What of it a service is sent that is asked to go on.

        vLLM and SGLang leave out white space at its end, or don't, as the template of the model
        has it; without it they agree.
        """
        return self.text.rstrip() or self.text if self.way == "flag" else self.text

    def take(self, piece: Piece) -> Piece | None:
        """The piece as it is given on; None where nothing of it is.

        Raises ReplyCut where the service takes no notice of what there was.
        """
        if isinstance(piece, Usage):
            self._of_stream = piece
            return _sum(self._counted, piece)
        if isinstance(piece, Kept) and self.way:
            return None
        if isinstance(piece, Thought):
            self._thought += len(piece.text)
        if not isinstance(piece, Text):
            return piece
        return self._taken(self._seam.add(piece.text))

    def end(self) -> Text | None:
        """What was held back, once the reply is whole. Raises ReplyCut as `take` does."""
        return self._taken(self._seam.end())

    def pause(self, error: ModelError) -> float | None:
        """The seconds to wait before it is gone on with after `error`; None where it is given up.

        It is worth it only where text came since the last time, or no connection came about since.
        """
        has_grown = len(self.text) > self._at_last_cut
        if error.is_final:
            return None
        if has_grown and error.meaning in PAUSES and self._times < MOST_TIMES:
            self._times, self._lost = self._times + 1, 0
            return PAUSES[error.meaning]
        is_lost = isinstance(error, Unreachable) and error.meaning == "other"
        if not self.way or not is_lost or self._lost >= len(NETWORK_PAUSES):
            return None
        self._lost += 1
        return NETWORK_PAUSES[self._lost - 1]

    def is_whole_after(self, error: ModelError) -> bool:
        """Whether `error` says no more than that nothing was left to go on with."""
        return self.way is not None and error.meaning == "empty"

    def worst_of(self, cut: ModelError | None, error: ModelError) -> ModelError:
        """What the user is told: what cut the reply, where going on brought nothing more."""
        has_grown = len(self.text) > self._at_last_cut
        return error if cut is None or has_grown else cut

    def go_on(self, way: Continues) -> None:
        """Another stream follows."""
        self.way = way
        self._at_last_cut = len(self.text)
        self._seam = Seam(self.text, self.text[len(self.sent) :])
        self._counted, self._of_stream = _sum(self._counted, self._of_stream), Usage()

    def _taken(self, text: str) -> Text | None:
        if self._seam.is_new_start:
            raise ReplyCut(ANEW)
        self.text += text
        return Text(text) if text else None


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.prompt_tokens + other.prompt_tokens,
        one.cached_tokens + other.cached_tokens,
        one.completion_tokens + other.completion_tokens,
        one.reasoning_tokens + other.reasoning_tokens,
    )
