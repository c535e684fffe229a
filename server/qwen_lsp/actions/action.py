"""An action: one Markdown file that says what to ask a model and where the reply goes."""
