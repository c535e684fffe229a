"""The originals of jobs, kept on disk until their users have decided what stays."""
