"""A real inference engine, llama.cpp, with a tiny Qwen2 model of random weights."""
