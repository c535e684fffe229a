"""What of a reply is written."""
