"""How the simulator changes code: small rewrites that are real, safe and always the same."""
