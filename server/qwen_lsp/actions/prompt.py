"""What is said to the model for one action on one selection."""

from dataclasses import replace
from itertools import chain

from qwen_lsp.errors import RequestError
from qwen_lsp.model.chat import Message

from .action import Action, fill
from .fences import longest_fence
from .selection import Other, Selection


def prompt(action: Action, selection: Selection) -> tuple[Message, ...]:
    """The messages, the system's first. Raises RequestError where an instruction is missing."""
    if action.uses_instruction and not selection.instruction.strip():
        raise RequestError(f"“{action.title}” needs an instruction: say in words what to change.")
    values = _values(selection)
    *before, last = (Message(each.role, fill(each.text, values)) for each in action.messages)
    more = [*_wish(action, selection), *map(_shown, selection.others)]
    return (*before, replace(last, content="\n\n".join([last.content, *more])))


def fence_for(selection: Selection) -> str:
    """A fence that is longer than any in the selection and around it, so that it can hold them."""
    lines = chain(selection.before, selection.lines, selection.after)
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
        "before": "\n".join(selection.before).strip("\n"),
        "after": "\n".join(selection.after).strip("\n"),
        "diagnostics": "\n".join(f"- {each}" for each in selection.diagnostics),
        "instruction": selection.instruction.strip(),
        "fence": fence_for(selection),
    }
