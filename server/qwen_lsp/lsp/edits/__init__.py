"""How replies get into documents, and originals back into them."""
