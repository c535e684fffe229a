"""What it means that a service gives no reply."""
