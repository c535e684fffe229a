"""How a reply reaches a document: the model check, and the laws of each part."""
