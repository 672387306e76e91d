"""Indexes: made, recognised where an equal one exists, dropped, and made again."""
