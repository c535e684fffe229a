"""Which actions fit here. Decided from what is in memory; asks nobody."""

from collections.abc import Callable, Iterable

from .action import Action


def offered(
    actions: Iterable[Action],
    *,
    language: str,
    has_selection: bool,
    diagnostics: bool = False,
    shows_image: Callable[[], bool] = lambda: False,
    automatic: bool = False,
    can_edit: bool = True,
    asks_instruction: bool = False,
    hidden: frozenset[str] = frozenset(),
    only: tuple[str, ...] | None = None,
) -> list[Action]:
    """The actions for the menu, in their order.

    `shows_image`: there is an image here, and someone to look at it. `automatic`: the cursor merely
    moved. `can_edit`: the client takes edits. `asks_instruction`:
    it can ask its user for words. `only`: the LSP kinds that it wants; an empty tuple wants all.
    """
    return [
        action
        for action in actions
        if action.id not in hidden
        and (not action.languages or language.lower() in action.languages)
        and (can_edit or not action.edits)
        and (asks_instruction or not action.uses_instruction)
        and (not automatic or _repairs(action))
        and (not only or any(is_within(menu_kind(action), each) for each in only))
        and (action.needs != "image" or shows_image())
        and _has_its_needs(action, has_selection=has_selection, diagnostics=diagnostics)
    ]


def menu_kind(action: Action) -> str:
    """The LSP kind that the action has in the menu, with ours in it: `refactor.qwen.explain`."""
    if action.kind == "quickfix":
        return "quickfix.qwen"
    return f"{action.kind}.qwen.{action.id}"


def is_within(kind: str, outer: str) -> bool:
    """Whether `kind` is `outer` or below it (LSP 3.17, CodeActionKind). All is below ''."""
    return not outer or kind == outer or kind.startswith(f"{outer}.")


def _has_its_needs(action: Action, *, has_selection: bool, diagnostics: bool) -> bool:
    if action.needs == "diagnostics":
        return diagnostics
    return has_selection or action.needs in ("image", "nothing")


def _repairs(action: Action) -> bool:
    """Only what mends something, so that not every line gets a bulb when the cursor moves."""
    return action.needs == "diagnostics" and is_within(action.kind, "quickfix")
