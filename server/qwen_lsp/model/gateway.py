"""What a gateway passes on of the service behind it, without its own words around that.

LiteLLM writes the names of its errors before it and what it did about it after, and the body of
the service between, as text: `litellm.BadRequestError: Hosted_vllmException - {"error": …}`.
"""

import json
import re

_BEFORE = re.compile(r"\s*(?=litellm\.)(?:litellm\.\w+: |\w+Error: |\w+Exception - )+")
_AFTER = "\n\nLiteLLM: "


def said_behind(message: str) -> object | None:
    """What the service behind said, decoded where it is JSON; None where no gateway speaks."""
    before = _BEFORE.match(message)
    if not before:
        return None
    said = message[before.end() :].partition(_AFTER)[0]
    try:
        value, _ = json.JSONDecoder().raw_decode(said)
    except (ValueError, RecursionError):
        return said
    return value if isinstance(value, dict) else said
