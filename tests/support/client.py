"""What the client of a scenario says of itself, unless the scenario says otherwise."""

from pathlib import Path

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


def homes(home: Path) -> dict[str, str]:
    """The environment of a server whose every folder is below `home`."""
    folders = {"HOME": home, "QWEN_HOME": home, "XDG_STATE_HOME": home / "state"}
    return {name: str(folder) for name, folder in folders.items()}


def merge(into: Json, update: Json) -> None:
    """Puts what `update` says into `into`, leaving the rest of it as it is."""
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
