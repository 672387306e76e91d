"""One module a part of the database: what it asks, and what follows from the answer."""
