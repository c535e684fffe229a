"""What can be turned on the simulator: its pace, its refusals and its faults."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

Refusal = Literal[
    "401", "403", "404", "405", "429", "500", "503", "busy", "context", "filter", "length",
    "loading", "overdue", "plain", "quota", "session", "waf",
]  # fmt: skip
Fault = Literal[
    "cut", "reset", "silence", "comments", "object", "text", "finish", "native", "prefixed", "json",
    "garbage", "half", "length",
]  # fmt: skip


class Knobs(BaseModel):
    """How the simulator behaves. Times are in milliseconds, lifetimes in seconds.

    Each is also an option of `qwen-lsp simulate`. One request alone can be given others by the
    header `X-Simulate: pace=50, fault=cut`, or by the name of its model (`MODELS`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pace: float = Field(10, ge=0, description="milliseconds from one token to the next")
    first_token: float = Field(100, ge=0, description="milliseconds before the first token")
    thinking: int = Field(0, ge=0, description="tokens of reasoning before the answer")
    reply: str | None = Field(None, description="answer each prompt with this text")
    refuse: Refusal | None = Field(
        None,
        description="refuse chat requests: a status, or busy, context (as llama.cpp), filter, "
        "length, loading, overdue, plain (an error that is only text), quota, session, waf",
    )
    retry_after: float = Field(
        0, ge=0, description="seconds that each refusal asks to wait; 0: none, but for 429 one"
    )
    refuse_times: int = Field(0, ge=0, description="refuse so many requests only; 0: all of them")
    fault: Fault | None = Field(
        None,
        description="what goes wrong in a stream: cut, reset, silence, comments (silence but for "
        "them), garbage (broken JSON), half (of a character), length (a finish reason), or an "
        "error as object, text, finish, native, prefixed, json",
    )
    after: int = Field(12, ge=0, description="tokens of the answer that are sent before the fault")
    ended: bool = Field(
        default=False, description="the sign-in works and is then refused, as Qwen's is since 2026"
    )
    approval: Literal["ask", "approve", "deny"] = Field(
        "ask", description="approve or deny each sign-in without asking"
    )
    refuse_sign_in: Refusal | None = Field(
        None, description="refuse the requests of the sign-in: a status, or waf"
    )
    interval: int = Field(
        1, ge=0, description="seconds between two polls; 0: none is named, as Qwen does"
    )
    code_lifetime: float = Field(900, ge=0, description="seconds in which a code can be approved")
    token_lifetime: float = Field(21600, ge=0, description="seconds that an access token lives")

    def with_options(self, options: Mapping[str, Any]) -> Self:
        """These knobs with some turned. Raises ValueError (pydantic's) for a wrong one."""
        return type(self).model_validate({**self.model_dump(), **options})

    def with_text(self, text: str) -> Self:
        """These knobs with some turned as in `pace=50, fault=cut`. Raises ValueError."""
        pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
        return self.with_options(
            {name.strip(): value.strip() or "true" for name, _, value in pairs}
        )


MODELS: Mapping[str, str] = {
    "coder-model": "",
    "simulator": "",
    "simulator-slow": "pace=60, first_token=1500",
    "simulator-thinking": "thinking=40",
    "simulator-cut": "fault=cut",
    "simulator-reset": "fault=reset",
    "simulator-silent": "fault=silence",
    "simulator-error": "fault=object",
    "simulator-busy": "refuse=busy",
    "simulator-quota": "refuse=quota",
    "simulator-waf": "refuse=waf",
}
"""The models that there are, and what a request for one turns."""
