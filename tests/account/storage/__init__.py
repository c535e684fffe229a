"""What is kept on disk, and who may change it meanwhile."""
