"""Streams as services send them, byte for byte, each beside the section of the facts on it.

Those that fail are in `failing_streams.py`.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from qwen_lsp.errors import Meaning
from qwen_lsp.model.chat import Usage

REPLY = "def é():\n    return '中😀'"


@dataclass(frozen=True)
class Sent:
    """A stream and what becomes of it: a text, and the meaning of its failure if it has one."""

    section: str
    name: str
    stream: bytes
    text: str = REPLY
    thought: str = ""
    usage: Usage | None = None
    fails: Meaning | None = None
    says: str = ""
    is_response: bool = False
    """Whether it is one of the Responses API."""
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", f"{self.section} {self.name}")


def chunk(content: object = None, finish: object = None, **fields: Any) -> dict[str, Any]:
    """A chunk; `fields` stand beside its choices."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return {"choices": [choice], **fields}


def delta(**fields: Any) -> dict[str, Any]:
    """A chunk with just this delta."""
    return {"choices": [{"index": 0, "delta": fields}]}


def _other(content: str) -> dict[str, Any]:
    """A chunk of a choice that nobody asked for."""
    return {"choices": [{"index": 1, "delta": {"content": content}}]}


def sse(*values: object, end: str = "\n\n", blank: str = " ", done: bool = True) -> bytes:
    """The values as events; text stands for itself."""
    said = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return "".join(f"data:{blank}{each}{end}" for each in [*said, *["[DONE]"] * done]).encode()


HEAD, TAIL = REPLY[:9], REPLY[9:]
HALVES = (chunk(HEAD), chunk(TAIL, "stop"))
FULL = sse(*HALVES)
COUNTED = {"prompt_tokens": 7, "completion_tokens": 5, "prompt_tokens_details": None}
USED = Usage(prompt_tokens=7, completion_tokens=5)
CACHED = {
    **COUNTED,
    "prompt_tokens_details": {
        "cached_tokens": 3,
        "cache_creation_input_tokens": 2,
        "cache_creation": {"ephemeral_5m_input_tokens": 2},
        "cache_type": "ephemeral",
    },
}
_RAW = json.dumps(chunk(REPLY, "stop"), ensure_ascii=False)

LINES = [
    Sent("7", "LF", FULL),
    Sent("7", "CRLF", sse(*HALVES, end="\r\n\r\n")),
    Sent("7", "CR", sse(*HALVES, end="\r\r")),
    Sent("7", "data: without a blank", sse(*HALVES, blank="")),
    Sent("7", "comment lines", b": hello\n\n" + FULL.replace(b"\n\n", b"\n: x\n\n")),
    Sent("7", "keep-alive lines of a bare colon (llama.cpp)", b":\n\n:\n\n" + FULL),
    Sent("7", "event:, id: and retry:", b"event: message\nid: 7\nretry: 100\n" + FULL),
    Sent("7", "multi-line data", FULL.replace(b'{"choices"', b'{\ndata: "choices"')),
    Sent("7", "UTF-8 between network chunks", sse(_RAW)),
    Sent(
        "7",
        "U+2028 and U+0085 are no line ends",
        sse(json.dumps(chunk("a\u2028b\u0085c", "stop"), ensure_ascii=False)),
        text="a\u2028b\u0085c",
    ),
    Sent("7", "a byte order mark", b"\xef\xbb\xbf" + FULL),
    Sent("7", "the last event without its blank line (llama.cpp)", FULL[:-1]),
    Sent("7", "the last event without its line end", FULL[:-2]),
    Sent("7", "[DONE] missing", sse(*HALVES, done=False)),
    Sent("7", "only [DONE], no finish", sse(chunk(REPLY))),
]

CHUNKS = [
    Sent("7", "empty choices", sse({"choices": []}, *HALVES)),
    Sent("7", "choices missing", sse({"id": "x"}, *HALVES)),
    Sent("7", "choices null", sse({"choices": None}, *HALVES)),
    Sent("7", "a number, a list and null in place of a chunk", sse("7", "[]", "null", *HALVES)),
    Sent("7", "error null", sse({"error": None, **chunk(HEAD)}, chunk(TAIL, "stop"))),
    Sent("7", "code null", sse({"code": None, "message": None, "choices": []}, *HALVES)),
    Sent("5.1", "another choice (n)", sse(HALVES[0], _other("!!!"), HALVES[1])),
    Sent("7", "delta missing", sse({"choices": [{"index": 0}]}, *HALVES)),
    Sent("7", "delta null", sse({"choices": [{"delta": None}]}, *HALVES)),
    Sent("7", "content missing", sse(delta(role="assistant"), *HALVES)),
    Sent("7", "content null (llama.cpp)", sse(delta(role="assistant", content=None), *HALVES)),
    Sent("7", "content empty", sse(chunk(""), *HALVES)),
    Sent("7", "content in parts", sse(chunk([{"type": "text", "text": HEAD}, {"text": TAIL}]))),
    Sent(
        "7",
        "a message in place of a delta",
        sse({"choices": [{"message": {"role": "assistant", "content": REPLY}}]}),
    ),
    Sent("7", "role missing", sse(delta(content=HEAD), chunk(TAIL, "stop"))),
    Sent("7", "role null", sse(delta(role=None, content=HEAD), chunk(TAIL, "stop"))),
    Sent(
        "7",
        "role in every delta (Ollama)",
        sse(
            delta(role="assistant", content=HEAD),
            delta(role="assistant", content=TAIL),
            chunk("", "stop"),
        ),
    ),
    Sent("7", "usage null per chunk", sse(chunk(HEAD, usage=None), chunk(TAIL, "stop"))),
    Sent(
        "5.2",
        "usage in a last chunk with empty choices",
        sse(*HALVES, {"choices": [], "usage": COUNTED}),
        usage=USED,
    ),
    Sent(
        "5.2",
        "usage with all that is said of a cache",
        sse(*HALVES, {"choices": [], "usage": CACHED}),
        usage=Usage(prompt_tokens=7, cached_tokens=3, completion_tokens=5),
    ),
    Sent("7", "usage at top level", sse(*HALVES, {"usage": COUNTED}), usage=USED),
    Sent(
        "7",
        "zero usage in each chunk (Ollama)",
        sse(
            chunk(HEAD, usage={"prompt_tokens": 0, "completion_tokens": 0}),
            chunk(TAIL, "stop", usage=COUNTED),
        ),
        usage=USED,
    ),
    Sent("7", "finish_reason null", sse(chunk(HEAD, None), chunk(TAIL, None), chunk("", "stop"))),
    Sent("7", "finish_reason empty", sse(chunk(HEAD, ""), chunk(TAIL, "stop"))),
    Sent(
        "7",
        "finish_reason in its own chunk",
        sse(chunk(REPLY), {"choices": [{"finish_reason": "stop"}]}),
    ),
    Sent(
        "7", "chunks after the finish", sse(*HALVES, chunk(""), {"choices": []}, chunk("", "stop"))
    ),
    Sent("7", "broken JSON after the finish", sse(*HALVES, '{"usage": {')),
    Sent("7", "a word after [DONE], and more", sse(*HALVES, "[DONE] bye", chunk("!!!"))),
    Sent(
        "7",
        "cumulative content",
        sse(*(chunk(REPLY[:end]) for end in (6, 12, 18, len(REPLY))), chunk("", "stop")),
    ),
    Sent(
        "5.1",
        "reasoning_content is no part of the reply",
        sse(delta(reasoning_content="Hm. "), delta(reasoning_content="So."), *HALVES),
        thought="Hm. So.",
    ),
    Sent(
        "7", "reasoning (Ollama)", sse(delta(reasoning="Hm.", content=""), *HALVES), thought="Hm."
    ),
    Sent(
        "7",
        "leaked <think> text, which is taken off where the reply is parted",
        sse(chunk("<think>\nHm.\n</think>\n"), *HALVES),
        text="<think>\nHm.\n</think>\n" + REPLY,
    ),
    Sent("7", "ids repeat", sse(chunk(HEAD, id="1"), chunk(TAIL, "stop", id="1"))),
    Sent(
        "7",
        "a character in halves",
        sse('{"choices":[{"delta":{"content":"a\\ud83d"}}]}')[: -len("data: [DONE]\n\n")]
        + sse('{"choices":[{"delta":{"content":"\\ude00"},"finish_reason":"stop"}]}'),
        text="a😀",
    ),
]

_SAID = {"type": "response.output_text.delta"}
_WHOLE_RESPONSE = {
    "type": "response.completed",
    "response": {"id": "r", "usage": {"input_tokens": 7, "output_tokens": 5}},
}
RESPONSES = [
    Sent(
        "5.5",
        "the Responses API",
        sse(
            {"type": "response.created", "response": {"id": "r"}},
            {"type": "response.reasoning_text.delta", "delta": "Hm."},
            {**_SAID, "delta": HEAD},
            {**_SAID, "delta": TAIL},
            _WHOLE_RESPONSE,
            done=False,
        ),
        thought="Hm.",
        usage=USED,
        is_response=True,
    ),
]

WHOLE = [*LINES, *CHUNKS, *RESPONSES]
