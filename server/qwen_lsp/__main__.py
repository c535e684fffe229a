"""`python -m qwen_lsp` is `qwen-lsp`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
