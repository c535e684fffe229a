"""Qwen's special tokens in a user's text are made harmless, and put back in the reply.

A file that holds `<|im_end|>` could end the user's turn and speak as the system. One blank after
the `<` makes it plain text. A token that was written with blanks gets one more, so that taking
one away always gives the original back.
"""

import re

_NAMES = (
    "endoftext|im_start|im_end|fim_prefix|fim_middle|fim_suffix|fim_pad|repo_name|file_sep"
    "|object_ref_start|object_ref_end|box_start|box_end|quad_start|quad_end"
    "|vision_start|vision_end|vision_pad|image_pad|video_pad"
)
_TOKEN = re.compile(rf"<( *\|(?:{_NAMES})\|>)")
_HARMLESS = re.compile(rf"< ( *\|(?:{_NAMES})\|>)")
_UNFINISHED = re.compile(r"< *(?:\|(?:[a-z_]{0,20}\|?)?)?\Z")


def without_tokens(text: str) -> str:
    """`text` with no special token in it; `with_tokens` gives `text` back."""
    return _TOKEN.sub(r"< \1", text)


def with_tokens(text: str) -> str:
    """`text` with the tokens that `without_tokens` took out."""
    return _HARMLESS.sub(r"<\1", text)


class TokenRestorer:
    """`with_tokens` for a text that comes in pieces: holds back what may become a token."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, text: str) -> str:
        """What of the text is settled now."""
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        settled = unfinished.start() if unfinished else len(text)
        self._held = text[settled:]
        return with_tokens(text[:settled])

    def end(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return held
