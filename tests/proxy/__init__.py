"""Through a real proxy that wants a password and inspects TLS."""
