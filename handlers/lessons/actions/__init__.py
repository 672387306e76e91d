"""Action items: added, followed up weekly, done."""
