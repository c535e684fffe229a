"""Who issued a certificate and when it holds, read out of its bytes without believing them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

# The parts of an issuer's name that tell most (RFC 5280, 4.1.2.4): common name, organization, unit.
_NAMES = (b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b")
_VERSION, _UTC_TIME, _TWO_BYTES = 0xA0, 0x17, 0x1E
_SHOWN = 80


@dataclass(frozen=True)
class Certificate:
    """What a host says about itself. `issuer` is fit to be shown; empty where there is none."""

    issuer: str
    begins: datetime
    ends: datetime


def certificate_of(der: bytes) -> Certificate | None:
    """The certificate in `der` (X.509, RFC 5280, section 4.1); None where it can't be read."""
    try:
        _, certificate = next(_items(der))
        _, signed = next(_items(certificate))
        fields = [field for field in _items(signed) if field[0] != _VERSION]
        (_, issuer), (_, validity) = fields[2:4]
        begins, ends = (_time(*time) for time in _items(validity))
        return Certificate(_name(issuer), begins, ends)
    except (IndexError, ValueError, StopIteration):
        return None


def _items(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of the items that lie in `block` one after the other."""
    at = 0
    while at < len(block):
        tag, length = block[at], block[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(block[at : at + size], "big")
            at += size
        yield tag, block[at : at + length]
        at += length


def _name(issuer: bytes) -> str:
    pairs = [list(_items(pair)) for _, group in _items(issuer) for _, pair in _items(group)]
    found = {kind: _text(tag, value) for (_, kind), (tag, value) in pairs}
    return next((found[kind] for kind in _NAMES if found.get(kind)), "")


def _text(tag: int, value: bytes) -> str:
    text = value.decode("utf-16-be" if tag == _TWO_BYTES else "utf-8", "replace")
    return "".join(letter for letter in text if letter.isprintable())[:_SHOWN].strip()


def _time(tag: int, value: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(value.decode("ascii"), form).replace(tzinfo=UTC)
