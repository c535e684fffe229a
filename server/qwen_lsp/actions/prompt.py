"""What is said to the model for one action on one selection."""

from dataclasses import replace
from itertools import chain

from qwen_lsp.errors import RequestError
from qwen_lsp.model.chat import Message

from .action import Action, fill
from .fences import longest_fence
from .selection import Other, Selection

NOTHING_THERE = "“{title}” found no text here; put the cursor into some, or select it."


def prompt(action: Action, selection: Selection) -> tuple[Message, ...]:
    """The messages, the system's first.

    Raises RequestError where an instruction is missing, or there is nothing to speak of.
    """
    if action.uses_instruction and not selection.instruction.strip():
        raise RequestError(f"“{action.title}” needs an instruction: say in words what to change.")
    if selection.is_blank and not selection.instruction.strip() and action.uses_selection:
        raise RequestError(NOTHING_THERE.format(title=action.title))
    values = _values(selection)
    *before, last = (Message(each.role, fill(each.text, values)) for each in action.messages)
    more = [*_wish(action, selection), *map(_shown, selection.others)]
    return (*before, replace(last, content="\n\n".join([last.content, *more])))


def fence_for(selection: Selection) -> str:
    """A fence that is longer than any in the selection and around it, so that it can hold them."""
    lines = chain(selection.above, selection.lines, selection.below)
    return "`" * max(3, longest_fence(lines) + 1)


def _wish(action: Action, selection: Selection) -> list[str]:
    """What the user wants besides, where the action's own words have no place for it."""
    wish = selection.instruction.strip()
    return [f"Mind this as well: {wish}"] if wish and not action.uses_instruction else []


def _shown(other: Other) -> str:
    fence = "`" * max(3, longest_fence(other.text.splitlines()) + 1)
    head = f"For reference, not to be changed, {other.path}:"
    return f"{head}\n\n{fence}{other.language}\n{other.text}\n{fence}"


def _values(selection: Selection) -> dict[str, str]:
    return {
        "selection": selection.text,
        "language": selection.language or "plaintext",
        "path": selection.path,
        "before": "\n".join(selection.above).strip("\n"),
        "after": "\n".join(selection.below).strip("\n"),
        "diagnostics": "\n".join(f"- {each}" for each in selection.diagnostics),
        "instruction": selection.instruction.strip(),
        "fence": fence_for(selection),
    }
