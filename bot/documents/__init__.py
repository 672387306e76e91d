"""A document once, as Markdown, as one HTML page and as PDF."""

from bot.documents.model import Bullets, Document, Grid, Heading, Note, Part, Picture, Text

__all__ = ["Bullets", "Document", "Grid", "Heading", "Note", "Part", "Picture", "Text"]
