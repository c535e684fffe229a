"""What the client of a scenario says of itself, unless the scenario says otherwise."""

from .model_editor import Json

CAPABILITIES: Json = {
    "workspace": {"applyEdit": True, "configuration": True},
    "window": {"showDocument": {"support": True}, "workDoneProgress": True},
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}}}
    },
    "experimental": {"qwen": {"jobs": True, "status": True, "userSettings": True}},
}
LANGUAGES = {
    "py": "python", "md": "markdown", "js": "javascript", "go": "go", "html": "html",
    "txt": "plaintext", "rs": "rust", "c": "c", "Makefile": "makefile", "css": "css",
}  # fmt: skip


def merge(into: Json, update: Json) -> None:
    """Puts what `update` says into `into`, leaving the rest of it as it is."""
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
