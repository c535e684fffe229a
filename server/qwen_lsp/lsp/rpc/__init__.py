"""JSON-RPC over bytes, on top of pygls."""
