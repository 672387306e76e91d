"""What people who took part say afterwards: asked for once, reminded once, editable."""
