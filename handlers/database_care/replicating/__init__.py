"""The guide's publication and subscription: checked, made, watched, dropped."""
