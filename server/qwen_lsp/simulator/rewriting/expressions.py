"""Rewrites of single expressions and assignments in Python."""

import ast
import re

from .source import Source, SourceEdit

_SIGNS = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*="}
_NEGATED = {ast.In: "not in", ast.Is: "is not"}


def compare_with_none(source: Source) -> list[SourceEdit]:
    """`x == None` → `x is None`."""
    for node in source.nodes():
        match node:
            case ast.Compare(
                left=left,
                ops=[ast.Eq() | ast.NotEq() as operator],
                comparators=[ast.Constant(value=None) as right],
            ):
                sign, word = ("==", "is") if isinstance(operator, ast.Eq) else ("!=", "is not")
                start, end = source.end(left), source.start(right)
                between = source.text[start:end]
                return [SourceEdit(start, end, re.sub(rf"\s*{sign}\s*", f" {word} ", between))]
    return []


def negate_in_place(source: Source) -> list[SourceEdit]:
    """`not x in y` → `x not in y`."""
    for node in source.nodes():
        match node:
            case ast.UnaryOp(
                op=ast.Not(),
                operand=ast.Compare(
                    left=left, ops=[ast.In() | ast.Is() as operator], comparators=[right]
                ),
            ):
                word = _NEGATED[type(operator)]
                return [source.replace(node, f"{source.code(left)} {word} {source.code(right)}")]
    return []


def assign_in_place(source: Source) -> list[SourceEdit]:
    """`x = x + 1` → `x += 1`, where x is plainly a number or a text and so is not shared."""
    for node in source.nodes():
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(
                    left=ast.Name(id=same),
                    op=ast.Add() | ast.Sub() | ast.Mult() as operator,
                    right=right,
                ),
            ) if name == same and (_is_plain(right) or _starts_as_number(source, name)):
                sign = _SIGNS[type(operator)]
                return [source.replace(node, f"{name} {sign} {source.code(right)}")]
    return []


def look_in_mapping(source: Source) -> list[SourceEdit]:
    """`in mapping.keys()` → `in mapping`."""
    for node in source.nodes():
        match node:
            case (
                ast.For(iter=ast.Call() as call)
                | ast.comprehension(iter=ast.Call() as call)
                | ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Call() as call])
            ):
                match call:
                    case ast.Call(
                        func=ast.Attribute(attr="keys", value=mapping), args=[], keywords=[]
                    ):
                        return [source.replace(call, source.code(mapping))]
    return []


def format_in_place(source: Source) -> list[SourceEdit]:
    """`"%s, %s" % (a, b)` and `"{}, {}".format(a, b)` → `f"{a}, {b}"`."""
    for node in source.nodes():
        match node:
            case ast.BinOp(
                left=ast.Constant(value=str()) as text,
                op=ast.Mod(),
                right=ast.Tuple(elts=values),
            ):
                slot = "%s"
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=str()) as text, attr="format"),
                args=values,
                keywords=[],
            ):
                slot = "{}"
            case _:
                continue
        if formatted := _formatted(source.code(text), slot, [source.code(each) for each in values]):
            return [source.replace(node, formatted)]
    return []


def _formatted(literal: str, slot: str, values: list[str]) -> str | None:
    """The f-string; None where anything about it could surprise."""
    parts = literal.split(slot)
    if not re.fullmatch(r"\"[^\"\n]*\"|'[^'\n]*'", literal) or len(parts) != len(values) + 1:
        return None
    if any(re.search(r"[%{}\\]", part) for part in parts):
        return None
    if not values or any(not re.fullmatch(r"[\w.]+(\(\))?|\w+\[\w+\]", value) for value in values):
        return None
    slots = [f"{{{value}}}" for value in values]
    return "f" + parts[0] + "".join(a + b for a, b in zip(slots, parts[1:], strict=True))


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float | str)


def _starts_as_number(source: Source, name: str) -> bool:
    for node in source.nodes():
        match node:
            case ast.Assign(
                targets=[ast.Name(id=same)], value=ast.Constant(value=int() | float())
            ) if same == name:
                return True
    return False
