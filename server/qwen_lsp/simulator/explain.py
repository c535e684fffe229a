"""A simulated explanation: what can be said of code by reading it, in plain sentences."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_NAMES = re.compile(r"\b(?:def|function|func|fn|class|struct|interface|trait|impl|sub)\s+([\w$]+)")
_CALLS = re.compile(r"(?<![\w$])([A-Za-z_$][\w$.]*)\s*\(")
_LOOPS = re.compile(r"\b(?:for|while|foreach|loop|repeat)\b")
_TESTS = re.compile(r"\b(?:if|elif|switch|match|case|when|unless)\b")
_WORDS = frozenset(
    ("if", "for", "while", "switch", "return", "function", "func", "def", "fn", "class", "catch")
)


@dataclass
class _Seen:
    """What was found in code."""

    names: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    loops: int = 0
    tests: int = 0
    raises: list[str] = field(default_factory=list)
    returns: bool = False


def explanation(code: str, language: str) -> str:
    """Markdown prose about the code: what it defines, calls, repeats and decides."""
    seen = _read(code, language)
    lines = code.strip("\n").count("\n") + 1
    kind = f"{language} " if language and language != "plaintext" else ""
    subject = (
        f"{kind}code defines {_list(seen.names)}" if seen.names else f"{kind}code runs as it is"
    )
    parts = [
        f"This {subject}, in {_counted(lines, 'line')}.",
        f"It takes {_list(seen.arguments)}." if seen.arguments else "",
        _structure(seen),
        f"It calls {_list(seen.calls)}." if seen.calls else "It calls nothing else.",
        f"It can raise {_list(seen.raises)}." if seen.raises else "",
    ]
    said = " ".join(part for part in parts if part)
    return f"{said}\n\n*This explanation is simulated: no model has read the code.*\n"


def remark(code: str, language: str) -> str:
    """One or two plain sentences about the code, fit for a comment."""
    seen = _read(code, language)
    subject = f"Defines {_listed(seen.names)}." if seen.names else "Does one step of the work."
    return f"{subject} {_structure(seen)} This remark is simulated."


def _structure(seen: _Seen) -> str:
    shape = []
    if seen.loops:
        shape.append(f"repeats something in {_counted(seen.loops, 'loop')}")
    if seen.tests:
        shape.append(f"decides by {_counted(seen.tests, 'condition')}")
    if seen.returns:
        shape.append("gives a value back")
    return f"It {_joined(shape)}." if shape else "It goes straight from top to bottom."


def _read(code: str, language: str) -> _Seen:
    if language in ("python", "py", ""):
        lines = code.split("\n")
        margin = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
        try:
            return _read_python(ast.parse("\n".join(line[margin:] for line in lines)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    return _read_words(code)


def _read_python(tree: ast.AST) -> _Seen:
    seen = _Seen()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
                seen.names.append(name)
                seen.arguments += [each.arg for each in args.args if each.arg != "self"]
            case ast.ClassDef(name=name):
                seen.names.append(name)
            case ast.Call(func=ast.Name() | ast.Attribute() as called):
                seen.calls.append(ast.unparse(called))
            case ast.For() | ast.AsyncFor() | ast.While() | ast.comprehension():
                seen.loops += 1
            case ast.If() | ast.IfExp() | ast.Match():
                seen.tests += 1
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) | ast.Name(id=name)):
                seen.raises.append(name)
            case ast.Return(value=ast.expr()):
                seen.returns = True
    seen.calls = [name for name in seen.calls if "\n" not in name and len(name) <= 40]
    return seen


def _read_words(code: str) -> _Seen:
    names = _NAMES.findall(code)
    return _Seen(
        names=names,
        calls=[name for name in _CALLS.findall(code) if name not in (*names, *_WORDS)],
        loops=len(_LOOPS.findall(code)),
        tests=len(_TESTS.findall(code)),
        returns=bool(re.search(r"\breturn\s+[^;\s]", code)),
    )


def _list(names: Iterable[str]) -> str:
    return _joined([f"`{name}`" for name in dict.fromkeys(names)])


def _listed(names: Iterable[str]) -> str:
    return _joined(list(dict.fromkeys(names)))


def _joined(words: list[str]) -> str:
    if len(words) > 6:
        words = [*words[:5], f"{len(words) - 5} more"]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
