"""IP access rules: what they may name, and whether one names a visitor."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
MODES = frozenset({"block", "challenge", "js_challenge", "managed_challenge", "whitelist"})
_RANGES = {4: frozenset({16, 24}), 6: frozenset({32, 48, 64, 128})}
# Networks of the documentation, as if they were announced; visitors come from the first.
_SYSTEMS = {"198.51.100.0/24": 64_496, "203.0.113.0/24": 64_511, "2001:db8::/32": 64_511}


class AccessError(ValueError):
    """`code` and message are Cloudflare's kind."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class AccessRule:
    mode: str
    target: str
    value: str
    notes: str = ""
    scope: str = "zone"
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_on: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    def told(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "notes": self.notes,
            "allowed_modes": sorted(MODES),
            "mode": self.mode,
            "configuration": {"target": self.target, "value": self.value},
            "scope": {"type": self.scope},
            "created_on": self.created_on,
            "modified_on": self.created_on,
        }

    def names(self, address: Address, country: str) -> bool:
        match self.target:
            case "ip" | "ip6" | "ip_range":
                return address in ip_network(self.value)
            case "asn":
                return self.value == f"AS{system_of(address)}"
        return self.value == country


def system_of(address: Address) -> int:
    """The number of the visitor's network; 0 for none that is known."""
    return next(
        (number for network, number in _SYSTEMS.items() if address in ip_network(network)), 0
    )


def access_rule(body: Mapping[str, Any], plan: str, scope: str) -> AccessRule:
    """A rule as it was sent, checked. Raises AccessError."""
    mode, configuration = body.get("mode"), body.get("configuration")
    if mode not in MODES:
        raise AccessError(10008, "firewallaccessrules.api.validation_error: invalid mode")
    if not isinstance(configuration, Mapping):
        raise AccessError(10008, "firewallaccessrules.api.validation_error: no configuration")
    target, value = configuration.get("target"), configuration.get("value")
    if not isinstance(value, str) or not value:
        raise AccessError(10008, "firewallaccessrules.api.validation_error: no value")
    notes = str(body.get("notes") or "")
    if len(notes) > 500:
        raise AccessError(10008, "firewallaccessrules.api.validation_error: notes too long")
    return AccessRule(
        str(mode), str(target), _checked(target, value, str(mode), plan), notes, scope
    )


def _checked(target: Any, value: str, mode: str, plan: str) -> str:
    wrong = AccessError(10008, f"firewallaccessrules.api.validation_error: invalid {target}")
    try:
        match target:
            case "ip" | "ip6":
                address = ip_address(value)
                if (address.version == 6) != (target == "ip6"):
                    raise wrong
                return address.compressed
            case "ip_range":
                network = ip_network(value)
                if network.prefixlen not in _RANGES[network.version]:
                    raise wrong
                return network.compressed
    except ValueError as error:
        raise wrong from error
    if target == "asn" and re.fullmatch(r"AS[1-9]\d{0,9}", value):
        return value
    if target == "country" and re.fullmatch(r"[A-Z][A-Z0-9]", value):
        if mode == "block" and plan != "enterprise":
            raise AccessError(
                10015, "firewallaccessrules.api.not_entitled_to_use_the_country_block"
            )
        return value
    raise wrong
