"""What of a reply is written: whole lines, code apart from prose, in the right place."""
