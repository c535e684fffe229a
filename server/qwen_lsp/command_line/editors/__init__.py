"""What qwen-lsp adds to the configuration of editors."""
