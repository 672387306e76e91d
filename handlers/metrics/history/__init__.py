"""What was measured before: asked for, read, told and drawn."""
