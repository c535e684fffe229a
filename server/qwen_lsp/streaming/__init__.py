"""How a reply reaches a document that its user goes on typing into. Pure: no clock, no LSP."""
