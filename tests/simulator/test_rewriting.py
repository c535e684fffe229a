"""What the simulator makes of code: really changed, and the same in what it does."""

import ast
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_lsp.simulator.rewriting.lines import NOTE
from qwen_lsp.simulator.rewriting.rewrite import rewritten

PYTHON = [
    ("if x == None: pass", "if x is None: pass"),
    ("if x!=None: pass", "if x is not None: pass"),
    ("y = not a in b", "y = a not in b"),
    ("n = 0\nn = n + k", "n = 0\nn += k"),
    ("text = text + 'a'", "text += 'a'"),
    ("for k in d.keys(): f(k)", "for k in d: f(k)"),
    ("if k in d.keys(): f(k)", "if k in d: f(k)"),
    ("s = 'a %s b %s' % (x, y.z)", "s = f'a {x} b {y.z}'"),
    ('s = "{} of {}".format(x, f())', 's = f"{x} of {f()}"'),
    ("for i in range(len(cats)):\n    f(cats[i])", "for cat in cats:\n    f(cat)"),
    (
        "for i in range(len(cities)):\n    f(i, cities[i])",
        "for i, city in enumerate(cities):\n    f(i, city)",
    ),
    ("out = []\nfor x in xs:\n    out.append(x * 2)", "out = [x * 2 for x in xs]"),
    ("o = []\nfor a in b:\n    if a:\n        o.append((a, 1))", "o = [(a, 1) for a in b if a]"),
    ("out: list[int] = []\nfor x in xs:\n    out.append(x)", "out: list[int] = [x for x in xs]"),
    ("n = 0\nfor x in xs:\n    n += x.size", "n = sum(x.size for x in xs)"),
    ("n = 0\nfor x in xs:\n    n += x", "n = sum(xs)"),
    ("def f(a):\n    b = a + 1\n    return b", "def f(a):\n    return a + 1"),
    ("def f():\n  if a < b:\n    return True\n  return False", "def f():\n  return a < b"),
    (
        "def f(a):\n    if a:\n        return False\n    else:\n        return True",
        "def f(a):\n    return not a",
    ),
    (
        "def f(a):\n    if a:\n        return 1\n    else:\n        # odd\n        return 2",
        "def f(a):\n    if a:\n        return 1\n    # odd\n    return 2",
    ),
    (
        "def f(a):\n    if a:\n        return 1\n    elif b:\n        return 2",
        "def f(a):\n    if a:\n        return 1\n    if b:\n        return 2",
    ),
    ("if a or b:\n    if c:\n        f()", "if (a or b) and c:\n    f()"),
    ("def f(a):\n    g(a)", "def f(a) -> None:\n    g(a)"),
    ("def f(a=lambda: 1,\n  b={1}):\n    g()", "def f(a=lambda: 1,\n  b={1}) -> None:\n    g()"),
    ("def fooBar(a):\n    return a", 'def fooBar(a):\n    """Foo bar."""\n    return a'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PYTHON, ids=range(len(PYTHON)))
def test_python_is_improved(before: str, after: str) -> None:
    assert rewritten(before, "python", "") == after
    inside = textwrap.indent(before, "\t  ")
    assert rewritten(inside, "python", "") == textwrap.indent(after, "\t  ")


LEFT = [
    "out = []\nfor x in xs:\n    out.append(out)",
    "out = []\nfor x in xs:\n    # why\n    out.append(x)",
    "out = []\nfor x in xs:\n    out.append(x)\nprint(x)",
    "out = []\nfor x in xs:\n    out.append((yield x))",
    "for i in range(len(xs)):\n    xs[i] = 1",
    "for i in range(len(xs)):\n    xs.append(xs[i])",
    "for i in range(len(xs)):\n    print(f'{xs[i]} {i}', xs[i])",
    "items = items + more",
    "s = '%d' % (x,)",
    "s = '%s' % x",
    "s = '{}'.format(x + 1)",
    "if a:\n    pass\nelif b:\n    raise E\nelse:\n    f()",
    "x = 1",
    "else:\n    pass",
    "def",
    "",
    "\n\n",
    "x = f'''\n  {a == None}\n'''",
]


@pytest.mark.parametrize("code", LEFT, ids=range(len(LEFT)))
def test_what_could_surprise_is_left_alone_and_noted(code: str) -> None:
    assert rewritten(code, "python", "") == f"# {NOTE}\n{code}"


def test_a_whole_function_reads_better_and_does_the_same() -> None:
    code = textwrap.dedent('''
        def total(prices, least=None):
            """Adds up."""
            kept = []
            for i in range(len(prices)):
                if not prices[i] in (0, None):
                    kept.append(prices[i])
            result = 0
            for price in kept:
                if least == None or price >= least:
                    result = result + price
            return result
    ''').strip()
    better = rewritten(code, "python", "")
    assert better.count("\n") < code.count("\n") / 2
    cases = [([1, 0, 3], None), ([], 2), ([5, None, 1, 2], 2)]
    assert [_call(better, *case) for case in cases] == [_call(code, *case) for case in cases]


def _call(code: str, *arguments: object) -> object:
    names: dict[str, object] = {}
    exec(code, names)
    function = names["total"]
    assert callable(function)
    return function(*arguments)


LINES = st.lists(st.sampled_from([code for code, _ in PYTHON] + LEFT[:12]), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from(["", "    ", "\t"]))
def test_python_stays_python_and_always_changes(pieces: list[str], margin: str) -> None:
    code = textwrap.indent("\n".join(pieces), margin)
    better = rewritten(code, "python", "")
    assert better != code
    assert better == rewritten(code, "python", "")
    ast.parse(textwrap.dedent(better))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["python", "javascript", "json", "rust", "", "cobol"]))
def test_any_text_is_changed(code: str, language: str) -> None:
    assert rewritten(code, language, "") != code


OTHERS = [
    ("javascript", "var a = 1;\nf(a);", "const a = 1;\nf(a);"),
    ("typescript", "var a = 1;\na = a + 2;", "let a = 1;\na += 2;"),
    ("javascript", "  var a = 1;\n  a++;", "  let a = 1;\n  a++;"),
    ("javascript", "f('a = 2');\nvar a = 1;", "f('a = 2');\nconst a = 1;"),
    ("js", "if (x) {\n  var a = 1;\n}\nf(a);", f"// {NOTE}\nif (x) {{\n  var a = 1;\n}}\nf(a);"),
    ("java", "int a = 0;\na = a + 1;", "int a = 0;\na += 1;"),
    ("rust", "let a = 1;  \nf(a);", "let a = 1;\nf(a);"),
    ("json", '{"a":[1]}\n', '{\n  "a": [\n    1\n  ]\n}\n'),
    ("json", '{\n  "a": 1\n}', '{\n    "a": 1\n}'),
    ("json", "{", "{\n"),
    ("html", "<p>", f"<!-- {NOTE} -->\n<p>"),
    ("lua", "    x()", f"    -- {NOTE}\n    x()"),
    ("plaintext", "words", "words\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after"), OTHERS, ids=range(len(OTHERS)))
def test_other_languages_change_by_lines(language: str, before: str, after: str) -> None:
    assert rewritten(before, language, "") == after


def test_an_instruction_to_rename_is_followed() -> None:
    said = "Change them as follows:\nrename `cat` to `dog`"
    assert rewritten("cat = category(cat)", "python", said) == "dog = category(dog)"
    assert rewritten("if x == None: pass", "python", said) == "if x is None: pass"
