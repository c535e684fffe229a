"""The tests of qwen-lsp."""
