"""What a document consists of; every text is plain and shown as it was written. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: sources, what is missing."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the first column names the row; every row is as long as `header`."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and its finding in words, which stands below it."""

    png: bytes
    finding: str


Part = Heading | Text | Note | Bullets | Grid | Picture


@dataclass(frozen=True, slots=True)
class Document:
    """`verdict` is the result in a sentence, `about` what kind of document of which time it is."""

    title: str
    verdict: str
    about: str
    parts: tuple[Part, ...]
