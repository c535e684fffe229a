"""What is kept on disk: tokens under their locks, small files of our own."""
