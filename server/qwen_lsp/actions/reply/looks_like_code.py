"""Whether a line of an unfenced reply looks like code or like something said to the user."""

import re
import unicodedata
from enum import Enum

from ..languages import PROSE_LANGUAGES, syntaxes
from ..selection import Original


class Verdict(Enum):
    """What one line says about what the reply is."""

    CODE = "code"
    PROSE = "prose"
    UNSURE = "unsure"


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_GREETINGS = _words(
    "sure certainly okay ok yes no here here's absolutely sorry note explanation great"
)
_COMMON = _words(
    "the a an is are was be this that these those to of your you it its i i've i'm we with",
    "which here's there how by has have can will",
)
_KEYWORDS = _words(
    "abstract and assert async await begin break case catch class const continue declare def",
    "default defer del delete do done echo elif else elseif end endif enum except export extends",
    "extern fi final finally fn for foreach from func function global go goto if impl implements",
    "import include inline insert interface internal lambda let local loop match mod module mut",
    "namespace new nil nonlocal override package pass print printf private proc protected pub",
    "public raise readonly ref repeat require rescue return select sealed self static struct sub",
    "super switch template then this throw trait try type typedef union unless unsafe until update",
    "use using val var virtual void volatile when where while with yield int bool float double",
    "char string long short unsigned signed auto",
)
_ENOUGH = 500
_BULLET = re.compile(r"([-*+•]|#{1,6}|\d{1,3}[.)]|>|\*\*)[ \t]+\S|\*\*\S|---+$|\|.*\|$")
_INLINE_CODE = re.compile(r"`[^`]*`")
_WORD = re.compile(r"[\"'“‘(*_]*[^\W\d_]+(?:['’-][^\W\d_]+)*[\"'”’)*_]*[,;:.!?…]*")
_OPENING = re.compile(
    r"[}\])@<\[{(]|//|/\*|\*/|\"\"\"|'''|#(?:include|define|if|endif|pragma|\[|!)|<[?!/\w]"
    r"|[\"'][^\"']*[\"'][ \t]*[:,]|\$\w|\w+[ \t]*(?:\(|\[)[^ ]"
)
_OPERATORS = re.compile(
    r"[^=]==?[^=]|=>|->|<-|:=|[-+*/|&^%]=|!=|&&|\|\||::|\w\(|\w\[|\(\)|[<>]=|\w\.\w+\(|"
    r"\w [-+*/%<>|&^] \w"
)
_PUNCTUATION = re.compile(r"[(){}\[\];=<>_\\]")
_YAML = re.compile(r"(?:- +)?[\"']?[a-z_][\w./-]*[\"']?:(?: |$)|- \S+$")


class Judge:
    """Gives its verdict on one line at a time, by the text that the reply is to replace."""

    def __init__(self, original: Original) -> None:
        self._is_prose_language = original.language.lower() in PROSE_LANGUAGES
        self._is_yaml = "yaml" in original.language or original.language == "dockercompose"
        self._known = {line.strip() for line in original.lines} - {""}
        self._bullets = {bullet[1] for line in self._known if (bullet := _BULLET.match(line))}
        syntax = syntaxes().get(original.language.lower())
        self._comment = syntax.begin if syntax else "//"

    def verdict(self, line: str) -> Verdict:
        """What `line` looks like. A line of the original is code, whatever it looks like."""
        text = line.strip()
        if not text or text in self._known:
            return Verdict.CODE if text else Verdict.UNSURE
        text = text[:_ENOUGH]
        if self._is_prose_language:
            return Verdict.PROSE if is_sentence(text) else Verdict.UNSURE
        if text.startswith(self._comment):
            return Verdict.UNSURE if self._comment == "#" else Verdict.CODE
        if self._is_said(text):
            return Verdict.PROSE
        return Verdict.CODE if self._is_code(line, text) else Verdict.UNSURE

    def _is_said(self, text: str) -> bool:
        bullet = _BULLET.match(text)
        if bullet and bullet[1] not in self._bullets and not (self._is_yaml and text[0] == "-"):
            return True
        return text.startswith(("```", "~~~")) or is_sentence(text)

    def _is_code(self, line: str, text: str) -> bool:
        bare = _INLINE_CODE.sub("", text)
        return (
            re.split(r"\W", bare, maxsplit=1)[0] in _KEYWORDS
            or line.startswith(("  ", "\t"))
            or bare.endswith((";", "{", "}", "(", "[", ","))
            or bool(_OPENING.match(bare) or _OPERATORS.search(bare))
            or (self._is_yaml and bool(_YAML.match(bare)))
        )


def is_sentence(text: str) -> bool:
    """Whether `text` is something said: plain words, in most cases with a capital and an end."""
    bare = _INLINE_CODE.sub("it", text)
    if _is_wide(bare):
        return bare[-1] in "。：！？，；、" or not _PUNCTUATION.search(bare)
    tokens = bare.split()
    plain = [token for token in tokens if _WORD.fullmatch(token)]
    if not plain or plain[0] != tokens[0] or len(plain) * 5 < len(tokens) * 3:
        return False
    first = tokens[0].strip("\"'“‘(*_,.:;!?")
    has_end = tokens[-1].rstrip("\"'”’)*_")[-1:] in tuple(".:!?…")
    if first.lower() in _GREETINGS and (has_end or tokens[0][-1] in ",!"):
        return first[:1].isupper()
    if first[:1].isupper() and not (first.isupper() and len(first) > 1):
        return _is_capitalised_sentence(bare, plain, has_end=has_end)
    return has_end and len(plain) > 3 and first not in _KEYWORDS and not _PUNCTUATION.search(bare)


def _is_capitalised_sentence(text: str, plain: list[str], *, has_end: bool) -> bool:
    if has_end:
        return len(plain) > 2
    words = {word.lower().strip(",.") for word in plain}
    return len(plain) > 4 and bool(words & _COMMON) and not _PUNCTUATION.search(text)


def _is_wide(text: str) -> bool:
    """Whether `text` begins in a script that is written without spaces, as Chinese is."""
    return text != "" and unicodedata.east_asian_width(text[0]) in "WF" and text[0].isalpha()
