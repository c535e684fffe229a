"""How many tokens a text takes, near enough to plan with: no model's own tokenizer is at hand."""

import re

_ASCII_PER_TOKEN = 3
"""Code takes a token for 3 to 4 characters; rather too many are counted than too few."""
_OTHERS_PER_TOKEN = 1.5
_WHOLE = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)
_PICTURES = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")
_TOKENS_OF_A_PICTURE = 2


def tokens_in(text: str) -> int:
    """About how many tokens `text` takes.

    A Chinese, Japanese or Korean character counts as one, a letter of another script than Latin as
    two thirds, an emoji as two (Qwen: a token is 3 to 4 English letters, or 1 to 1.8 Chinese
    characters).
    """
    if text.isascii():
        return -(-len(text) // _ASCII_PER_TOKEN)
    plain = len(text.encode("ascii", "ignore"))
    whole, pictures = len(_WHOLE.findall(text)), len(_PICTURES.findall(text))
    others = len(text) - plain - whole - pictures
    tokens = plain / _ASCII_PER_TOKEN + others / _OTHERS_PER_TOKEN
    return int(tokens + whole + pictures * _TOKENS_OF_A_PICTURE) + 1
