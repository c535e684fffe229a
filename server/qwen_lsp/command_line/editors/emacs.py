"""The block in Emacs' init file that makes qwen-lsp known to eglot; all around it stays."""

import json
import re

from qwen_lsp.errors import RequestError

BEGINS = ";; >>> qwen-lsp >>> made by `qwen-lsp setup emacs`, and made anew by it."
ENDS = ";; <<< qwen-lsp <<<"
HINT = "M-x qwen-lsp in a file then makes qwen-lsp the server of the project's files of that mode."
_BLOCK = re.compile(
    rf"^{re.escape(BEGINS[:20])}[^\n]*\n.*?^{re.escape(ENDS)}[^\n]*\n?", re.MULTILINE | re.DOTALL
)
_MARK = re.compile(rf"^(?:{re.escape(BEGINS[:20])}|{re.escape(ENDS)})", re.MULTILINE)


def merged(text: str, program: str, file: str) -> str:
    """`text` with the block, which takes the place of an older one.

    Raises RequestError where the marks of a block don't match.
    """
    blocks = _BLOCK.findall(text)
    if len(blocks) > 1 or len(_MARK.findall(text)) != 2 * len(blocks):
        raise RequestError(
            f"The marks of qwen-lsp in {file} don't match; delete them and what is between them."
        )
    block = _block(program)
    if blocks:
        return text.replace(blocks[0], block)
    gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    return text + gap + block


def _block(program: str) -> str:
    command = json.dumps(program, ensure_ascii=False)
    return (
        f"{BEGINS}\n"
        "(unless (fboundp 'qwen-lsp)\n"
        "  (defun qwen-lsp ()\n"
        '    "Make qwen-lsp the server of the files of this mode in this project."\n'
        "    (interactive)\n"
        "    (require 'eglot)\n"
        f"    (let ((eglot-server-programs `((,major-mode . ({command})))))\n"
        "      (call-interactively #'eglot))))\n"
        f"{ENDS}\n"
    )
