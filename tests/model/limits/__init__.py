"""How often is asked."""
