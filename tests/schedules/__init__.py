"""`/pitchey schedule` and what stands behind it."""
