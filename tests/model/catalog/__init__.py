"""Services, families of models, and models."""
