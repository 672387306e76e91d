"""Sessions of the database: ending one by its number, and those of the application's pool."""
