"""qwen-lsp: a language server that streams Qwen's answers into any editor as workspace edits."""
