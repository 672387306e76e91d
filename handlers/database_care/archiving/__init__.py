"""Old rows: copied to the bucket, read back, deleted from the table; and back again."""
