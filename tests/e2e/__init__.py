"""The real process, over its real input and output, and a service over real HTTP on loopback."""
