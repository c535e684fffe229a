"""What others say in a field, checked: visible text, an address, a number of seconds."""

import re
from urllib.parse import urlsplit

from qwen_lsp.model.address import is_loopback

_VISIBLE = re.compile(r"[\x21-\x7e]+")


def visible(value: object) -> str | None:
    """`value` if it is text of visible ASCII alone, as tokens and codes are, else None."""
    return value if isinstance(value, str) and _VISIBLE.fullmatch(value) else None


def safe_uri(value: object) -> str | None:
    """`value` if it is an address to open or to post to: https, or http to this machine."""
    uri = visible(value)
    if uri is None or len(uri) > 2048 or "\\" in uri:
        return None
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return None
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host or ""))
    return uri if safe and host and "@" not in parts.netloc else None


def seconds(value: object) -> float | None:
    """A positive number of seconds, as a number or in digits, else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e15 else None
