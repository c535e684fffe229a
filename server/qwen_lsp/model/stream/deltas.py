"""What each chunk of a stream adds, also where a service repeats the whole text in every chunk."""

# A delta can begin with all that came before it by chance: "=" and then "==".
_SURE_LENGTH = 5
_SURE_LETTERS = 4
_SURE_GROWTHS = 2


class Deltas:
    """Is told the text of each chunk and gives what is new in it.

    Chunks carry deltas, unless each begins with all that came before and goes on: then they are
    cumulative. What could still be either is held back.
    """

    def __init__(self) -> None:
        self._cumulative: bool | None = None
        self._whole = ""
        self._first = ""
        self._held: list[str] = []

    def add(self, text: str) -> str:
        """What `text` adds to the stream."""
        if not text or self._cumulative is False:
            return text
        if self._cumulative:
            return self._grown(text)
        if not self._first:
            self._first = self._whole = text
            return text
        return self._judged(text)

    def end(self) -> str:
        """What was held back; deltas, unless it is too long to fit both readings by chance."""
        if not self._held:
            return ""
        return self._released(cumulative=_is_sure(self._before_last()))

    def _judged(self, text: str) -> str:
        if not (len(text) > len(self._whole) and text.startswith(self._whole)):
            return self._released(cumulative=False) + text
        self._held.append(text)
        self._whole = text
        if len(self._held) >= _SURE_GROWTHS and _is_sure(self._before_last()):
            return self._released(cumulative=True)
        return ""

    def _before_last(self) -> str:
        return self._held[-2] if len(self._held) > 1 else self._first

    def _released(self, *, cumulative: bool) -> str:
        self._cumulative = cumulative
        held, self._held = self._held, []
        return self._whole[len(self._first) :] if cumulative else "".join(held)

    def _grown(self, text: str) -> str:
        if not text.startswith(self._whole):
            return text
        new = text[len(self._whole) :]
        self._whole = text
        return new


class Characters:
    """Joins the halves of a character that chunks brought apart as `\\ud83d` and `\\ude00`."""

    def __init__(self) -> None:
        self._half = ""

    def add(self, text: str) -> str:
        """The whole characters so far; a half without its other half becomes U+FFFD."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return _without_halves(text.removesuffix(self._half))

    def drop(self) -> None:
        """Forgets a half, whose other half was cut off."""
        self._half = ""

    def end(self) -> str:
        """U+FFFD for a half that stayed alone."""
        half, self._half = self._half, ""
        return _without_halves(half)


def _without_halves(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _is_sure(text: str) -> bool:
    return len(text) >= _SURE_LENGTH and len(set(text)) >= _SURE_LETTERS
