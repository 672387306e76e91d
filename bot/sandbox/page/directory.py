"""What drawing must know about the workspace beside the message itself: names and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from bot.sandbox.workspace import File, Person, Workspace

_LINKED = frozenset({"http", "https", "mailto", "tel", "slack"})
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A shared file as people see it; `size` in bytes."""

    id: str
    title: str
    name: str
    size: int
    alt_text: str
    is_picture: bool
    is_text: bool = False
    preview: str = ""

    @property
    def url(self) -> str:
        return f"/page/files/{quote(self.id, safe='')}"


@dataclass(frozen=True, slots=True)
class Directory:
    """Names by id. An unknown id is shown as it is."""

    viewer_id: str = ""
    people: Mapping[str, Person] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileFacts] = field(default_factory=dict)

    def person(self, person_id: str) -> str:
        person = self.people.get(person_id)
        return person.real_name if person else person_id

    def file_of(self, url: str) -> FileFacts | None:
        """The workspace's own file behind a `url_private` or permalink."""
        parts = url.split("?", 1)[0].split("/")
        return next((self.files[part] for part in parts if part in self.files), None)


def directory_of(workspace: Workspace, viewer_id: str) -> Directory:
    """The names as they are now, of what the viewer may see."""
    seen = {channel.id for channel in workspace.channels_for(viewer_id)}
    return Directory(
        viewer_id=viewer_id,
        people=dict(workspace.people),
        channels={id_: channel.name for id_, channel in workspace.channels.items() if id_ in seen},
        groups={group.id: group.handle for group in workspace.user_groups.values()},
        files={
            file.id: facts_of(file)
            for file in workspace.files.values()
            if file.complete and may_see(workspace, viewer_id, file)
        },
    )


def may_see(workspace: Workspace, viewer_id: str, file: File) -> bool:
    seen = {channel.id for channel in workspace.channels_for(viewer_id)}
    return file.owner_id == viewer_id or bool(seen.intersection(file.channel_ids))


def facts_of(file: File) -> FileFacts:
    is_text = file.mimetype.startswith("text/") or file.mimetype == "application/json"
    return FileFacts(
        id=file.id,
        title=file.title or file.name,
        name=file.name,
        size=len(file.content),
        alt_text=file.alt_text,
        is_picture=file.mimetype in _PICTURES,
        is_text=is_text,
        preview=file.content[:2_000].decode("utf-8", "replace") if is_text else "",
    )


def safe_link(url: object) -> str:
    """The address if a browser may follow it, else "": no javascript:, no data:."""
    text = "".join(character for character in str(url or "") if ord(character) > 32)
    try:
        scheme = urlsplit(text).scheme.lower()
    except ValueError:  # "http://[" is no address
        return ""
    return text if scheme in _LINKED else ""


def safe_picture(url: object) -> str:
    """The address if a picture may be loaded from it, else ""."""
    link = safe_link(url)
    return link if link.startswith(("http://", "https://")) else ""
