"""Whether a file parses. Needs the extra `syntax`; without it nothing can be told."""
