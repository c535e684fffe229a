"""A stand-in Qwen service on loopback: device flow and streaming chat."""
