"""The server on bytes; each part of pygls 2.1 that is replaced has a test that fails on it."""
