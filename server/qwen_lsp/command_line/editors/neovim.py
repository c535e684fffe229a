"""The file of Neovim's that makes qwen-lsp known to it (0.11 and newer)."""

import json

from qwen_lsp.errors import RequestError

MARK = "-- qwen-lsp: made by `qwen-lsp setup neovim`, and made anew by it."
HINT = "Put this into init.lua, if it is not there yet: vim.lsp.enable('qwen')"


def merged(text: str, program: str, file: str) -> str:
    """The whole file. Raises RequestError where somebody else wrote the one that is there."""
    if text.strip() and MARK not in text:
        raise RequestError(f"{file} is not one that qwen-lsp made; move it away, then try again.")
    # What is an escape in JSON is one in Lua as well.
    command = json.dumps(program, ensure_ascii=False)
    return (
        f"{MARK}\n"
        "-- Settings of your own belong into vim.lsp.config('qwen', {…}) of init.lua.\n"
        "return {\n"
        f"  cmd = {{ {command} }},\n"
        "  root_markers = { '.git' },\n"
        "}\n"
    )
