"""What answers of the platform mean: shared by every feature that looks at it."""
