"""The lessons-learned report: gathered from the record, told, written as files."""
