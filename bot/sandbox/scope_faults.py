"""A switch for each permission that a workspace may have refused the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.fault import Fault

if TYPE_CHECKING:
    from bot.sandbox.faults import Faults

_EFFECTS = {
    "files:write": "Pictures and files are refused",
    "channels:manage": "Public channels can be neither made nor changed",
    "groups:write": "Private channels can be neither made nor changed",
    "pins:write": "Nothing can be pinned",
    "canvases:write": "No canvas can be made",
    "users:read": "Nobody can be looked up",
    "usergroups:read": "Groups cannot be looked up",
    "channels:read": "Channels cannot be looked up",
    "channels:history": "Messages of channels cannot be read",
    "reactions:read": "Reactions are not told",
    "chat:write": "Nothing can be posted",
}
_NAMES = {scope: f"scope_{scope.replace(':', '_')}" for scope in _EFFECTS}
SCOPE_FAULTS = tuple(
    Fault(name, "slack", f"Missing scope {scope}", f"{_EFFECTS[scope]}: missing_scope")
    for scope, name in _NAMES.items()
)


def missing_scopes(faults: Faults) -> frozenset[str]:
    """The permissions that are switched off."""
    return frozenset(scope for scope, name in _NAMES.items() if faults.on(name))
