"""The server on its standard input and output."""
