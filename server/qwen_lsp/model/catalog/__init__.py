"""The services, families of models and models that there are, and how much these read."""
