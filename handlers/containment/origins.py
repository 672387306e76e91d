"""Where visitors come from: an address, a network, an AS number or a country, as typed. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from bot.blocks import clip, code
from bot.clients.cloudflare_access_rules import Target
from bot.errors import BadInput
from bot.store.containment import BlockRule

Network = IPv4Network | IPv6Network
MOST_RULES = 128  # of one block
_ALLOWED = {4: (32, 24, 16), 6: (128, 64, 48, 32)}  # lengths of prefixes that Cloudflare takes
_SYSTEM = re.compile(r"(?:AS|ASN)\s?([1-9]\d{0,9})", re.IGNORECASE)
_HOST = re.compile(r"[^\s/:]+\.[^\s/:\d][^\s/:]*", re.UNICODE)
# ISO 3166-1, and T1 for Tor as Cloudflare has it.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
ZW T1
"""
COUNTRIES = frozenset(_CODES.split())


@dataclass(frozen=True, slots=True)
class Origin:
    """`value` is the address, the network, `AS64500` or `DE`; an address is a network of one."""

    kind: Literal["address", "network", "system", "country"]
    value: str
    network: Network | None = None

    @property
    def words(self) -> str:
        """For a sentence."""
        return {"country": f"the country {self.value}"}.get(self.kind, self.value)

    @property
    def size(self) -> int:
        """How many addresses it has; 0 where nobody can say."""
        return self.network.num_addresses if self.network is not None else 0

    @property
    def wide(self) -> bool:
        """It hits many who did nothing: a second person should agree."""
        if self.network is None:
            return True
        return self.network.prefixlen < (24 if self.network.version == 4 else 48)

    def covers(self, other: Origin) -> bool:
        """Whether blocking this blocks the other."""
        if self.network is None or other.network is None:
            return self.value == other.value
        if self.network.version != other.network.version:
            return False
        return other.network.subnet_of(self.network)  # type: ignore[arg-type]


def origin(text: str) -> Origin:
    """Reads what a person typed; raises BadInput that says what is possible."""
    given = text.strip()
    if found := _SYSTEM.fullmatch(given):
        number = int(found[1])
        if number > 4_294_967_295:
            raise BadInput(f"AS numbers end at 4294967295, so {code(clip(given, 30))} is none.")
        return Origin("system", f"AS{number}")
    if given.upper() in COUNTRIES:
        return Origin("country", given.upper())
    if given.isascii() and given.isalpha() and len(given) == 2:
        raise BadInput(f"{code(given)} is no country.", "Write its two letters, such as `DE`.")
    if "%" in given or not given:
        raise _nothing(text)
    try:
        network = ip_network(given, strict=False)
    except ValueError as error:
        raise _explained(given) from error
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:
        network = ip_network(f"{mapped}/{network.prefixlen - 96}", strict=False)
    _not_huge(network)
    kind: Literal["address", "network"] = "address" if network.num_addresses == 1 else "network"
    alone = network.network_address.compressed
    return Origin(kind, alone if kind == "address" else network.compressed, network)


def stored(kind: str, value: str) -> Origin:
    """An origin as a block keeps it."""
    return Origin("system", value) if kind == "system" else origin(value)


def rules_for(found: Origin) -> tuple[BlockRule, ...]:
    """The rules that Cloudflare takes for it: it knows certain sizes of networks only.

    Raises BadInput where that would be too many.
    """
    if found.network is None:
        return (BlockRule("asn" if found.kind == "system" else "country", found.value),)
    network = found.network
    lengths = _ALLOWED[network.version]
    length = min(each for each in lengths if each >= network.prefixlen)
    count = 2 ** (length - network.prefixlen)
    if count > MOST_RULES:
        wider = max(each for each in lengths if each <= network.prefixlen)
        raise BadInput(
            f"{found.value} would need {count:,} rules at Cloudflare; at most {MOST_RULES} go in "
            "one block.",
            f"Block {network.supernet(new_prefix=wider)}, or smaller parts of it.",
        )
    parts: list[Network] = [network]
    if length != network.prefixlen:
        parts = list(network.subnets(new_prefix=length))
    return tuple(BlockRule(_target(part), _value(part)) for part in parts)


def _target(network: Network) -> Target:
    if network.num_addresses > 1:
        return "ip_range"
    return "ip" if network.version == 4 else "ip6"


def _value(network: Network) -> str:
    alone = network.num_addresses == 1
    return network.network_address.compressed if alone else network.compressed


def _not_huge(network: Network) -> None:
    least = _ALLOWED[network.version][-1]
    if network.prefixlen < least:
        raise BadInput(
            f"{network.compressed} is too large: {network.num_addresses:,} addresses. At most a "
            f"/{least} is blocked at once.",
            "Name the networks that the evidence shows; a whole provider is blocked as `AS64500`.",
        )


def _explained(given: str) -> BadInput:
    bare, _, port = given.rpartition(":")
    if port.isdigit() and bare.count(".") == 3:
        return BadInput(
            f"{code(clip(given, 60))} has a port; addresses are blocked whole.",
            f"`security block {clip(bare, 60)}`",
        )
    if _HOST.fullmatch(given):
        return BadInput(
            f"{code(clip(given, 60))} is a host name; visitors come from addresses.",
            "Take the address that the logs show: `/pitchey logs errors`.",
        )
    return _nothing(given)


def _nothing(text: str) -> BadInput:
    return BadInput(
        f"{code(clip(text, 60))} is no address, network, AS number or country.",
        "Such as `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/48`, `AS64500` or `DE`.",
    )
