"""Rewrites of branches in Python."""

import ast

from .source import Source, SourceEdit, spans_lines

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def return_the_test(source: Source) -> list[SourceEdit]:
    """`if test: return True` and `return False` after it → `return test`."""
    for body in source.bodies():
        for place, statement in enumerate(body):
            match statement, body[place + 1 : place + 2]:
                case (
                    ast.If(
                        test=test, body=[ast.Return(value=first)], orelse=[ast.Return(value=second)]
                    ),
                    _,
                ) if not _is_elif(source, statement):
                    last = statement
                case (
                    ast.If(test=test, body=[ast.Return(value=first)], orelse=[]),
                    [ast.Return(value=second) as last],
                ) if not _is_elif(source, statement):
                    pass
                case _:
                    continue
            text = _returned(source.code(test), test, _truth(first), _truth(second))
            start, end = source.start(statement), source.end(last)
            if text and "#" not in source.text[start:end]:
                return [SourceEdit(start, end, text)]
    return []


def leave_without_else(source: Source) -> list[SourceEdit]:
    """`else` after a branch that returns, raises, continues or breaks → one level less."""
    for node in source.nodes():
        if (
            not isinstance(node, ast.If)
            or not node.orelse
            or not isinstance(node.body[-1], _LEAVES)
        ):
            continue
        if _is_elif(source, node):
            continue
        first = node.orelse[0]
        if isinstance(first, ast.If) and _is_elif(source, first):
            start = source.start(first)
            return [SourceEdit(start, start + len("elif"), "if")]
        if changes := _without_else(source, node):
            return changes
    return []


def join_branches(source: Source) -> list[SourceEdit]:
    """`if a:` around nothing but `if b:` → `if a and b:`."""
    for node in source.nodes():
        match node:
            case ast.If(test=outer, body=[ast.If(test=inner, orelse=[]) as nested], orelse=[]):
                head = source.text[source.start(outer) : source.start(nested.body[0])]
                if "#" in head or not _can_move(nested) or _is_elif(source, node):
                    continue
                end = source.end(nested)
                tests = " and ".join(_joined(source, each) for each in (outer, inner))
                body = _outdented(source, nested.body[0].lineno, end, nested.col_offset)
                return [SourceEdit(source.start(outer), end, f"{tests}:\n{body}")]
    return []


def _without_else(source: Source, node: ast.If) -> list[SourceEdit]:
    first, last = node.orelse[0], node.orelse[-1]
    above = source.text[: source.start(first)].rstrip()
    line = above.count("\n") + 1
    while line > 1 and not _line(source, line).strip().startswith("else"):
        line -= 1
    if _line(source, line).strip() != "else:" or any(spans_lines(each) for each in node.orelse):
        return []
    if first.lineno == line:
        return []
    start, end = source.line_start(line), source.end(last)
    return [SourceEdit(start, end, _outdented(source, line + 1, end, node.col_offset))]


def _outdented(source: Source, line: int, end: int, column: int) -> str:
    """The lines from `line` up to the offset `end`, moved left so that they begin at `column`."""
    lines = source.text[source.line_start(line) : end].split("\n")
    margin = next(len(each) - len(each.lstrip()) for each in lines if each.strip())
    surplus = margin - column
    return "\n".join(each[min(surplus, len(each) - len(each.lstrip())) :] for each in lines)


def _can_move(node: ast.If) -> bool:
    return node.body[0].lineno > node.lineno and not spans_lines(node)


def _is_elif(source: Source, node: ast.stmt) -> bool:
    return source.text.startswith("elif", source.start(node))


def _joined(source: Source, test: ast.expr) -> str:
    code = source.code(test)
    loose = isinstance(test, ast.IfExp | ast.Lambda | ast.NamedExpr) or (
        isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
    )
    return f"({code})" if loose else code


def _truth(node: ast.expr | None) -> bool | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def _returned(code: str, test: ast.expr, *answers: bool | None) -> str | None:
    first, second = answers
    if first is None or second is None or first == second or "\n" in code:
        return None
    if not first:
        return f"return not ({code})" if isinstance(test, ast.BoolOp) else f"return not {code}"
    is_bool = isinstance(test, ast.Compare) or (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    )
    return f"return {code}" if is_bool else f"return bool({code})"


def _line(source: Source, line: int) -> str:
    return source.text.split("\n")[line - 1]
