"""What jobs have written, until it is kept or discarded."""
