"""The error budget of the platform's uptime."""
