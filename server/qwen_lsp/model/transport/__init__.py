"""The way to the network: one HTTP client, its routes, what it believes and how long it waits."""
