"""The documents that are open in the editor, and who hears what of them."""
