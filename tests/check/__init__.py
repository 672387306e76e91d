"""The set-up check."""
