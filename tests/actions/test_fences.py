"""Fences: what opens a block, what closes it, what is only a part of it."""

import pytest

from qwen_lsp.actions.fences import Fence, FencedBlock, fence_in, longest_fence


@pytest.mark.parametrize(
    ("line", "fence"),
    [
        ("```", Fence("`", 3, 0, "")),
        ("```python", Fence("`", 3, 0, "python")),
        ("   ~~~~ a b  ", Fence("~", 4, 3, "a b")),
        ("\t```", Fence("`", 3, 4, "")),
        ("~~~ a`b", Fence("~", 3, 0, "a`b")),
        ("``` a`b", None),
        ("``", None),
        ("a ```", None),
        ("~~", None),
        ("", None),
        ("```\x85", Fence("`", 3, 0, "")),
    ],
)
def test_a_line_is_a_fence(line: str, fence: Fence | None) -> None:
    assert fence_in(line) == fence


@pytest.mark.parametrize(
    ("opener", "line", "closes"),
    [
        ("```", "```", True),
        ("```py", "`````  ", True),
        ("````", "```", False),
        ("```", "~~~", False),
        ("```", "```py", False),
        ("```", "   ```", True),
        ("```", "    ```", False),
        ("    ```", "```", True),
    ],
)
def test_a_fence_closes_another(opener: str, line: str, closes: bool) -> None:
    first, second = fence_in(opener), fence_in(line)
    assert first
    assert second
    assert second.closes(first) is closes


def test_the_longest() -> None:
    assert longest_fence([]) == longest_fence(["a", "``"]) == 0
    assert longest_fence(["```", "a", "  ~~~~~ x"]) == 5


def test_a_bare_fence_waits_where_it_may_open() -> None:
    block = FencedBlock(Fence("`", 3, 0, "md"), inner_expected=True)
    assert [block.feed(line) for line in ("a", "```", "b", "```", "```", "Bye.")] == [
        ["a"],
        [],
        [],
        ["```", "b", "```"],
        [],
        [],
    ]
    assert not block.ended
    assert block.finish() == []
    assert (block.ended, block.rest) == (True, ["Bye."])
