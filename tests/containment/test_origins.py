"""Who may be blocked, as what, and who never."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput, Refused
from handlers.containment.origins import MOST_RULES, origin, rules_for, stored
from handlers.containment.phrases import lasting
from handlers.containment.protecting import _CLOUDFLARE, Guarded


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("203.0.113.7", "address", "203.0.113.7"),
        (" 203.0.113.7/32 ", "address", "203.0.113.7"),
        ("203.0.113.7/24", "network", "203.0.113.0/24"),
        ("2001:DB8:0:0::1", "address", "2001:db8::1"),
        ("2001:db8::/48", "network", "2001:db8::/48"),
        ("::ffff:203.0.113.7", "address", "203.0.113.7"),
        ("::ffff:203.0.113.0/120", "network", "203.0.113.0/24"),
        ("as64500", "system", "AS64500"),
        ("ASN 64500", "system", "AS64500"),
        ("de", "country", "DE"),
        ("T1", "country", "T1"),
    ],
)
def test_read_as_meant(text: str, kind: str, value: str) -> None:
    found = origin(text)
    assert (found.kind, found.value) == (kind, value)
    assert stored(found.kind, found.value).value == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.0.0.0/0", "too large"),
        ("203.0.0.0/15", "too large"),
        ("::/0", "too large"),
        ("2001:db8::/31", "too large"),
        ("999.1.1.1", "no address"),
        ("203.0.113.7:443", "has a port"),
        ("fe80::1%eth0", "no address"),
        ("evil.example", "host name"),
        ("bücher.example", "host name"),
        ("ZZ", "no country"),
        ("AS99999999999", "no address"),
        ("AS4294967296", "end at"),
        ("٢٠٣.0.113.7", "no address"),
        ("203.0.113.7 203.0.113.8", "no address"),
        ("", "no address"),
        ("<script>", "no address"),
    ],
)
def test_what_cannot_be_blocked_says_why(text: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        origin(text)
    assert says in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("text", "count", "target"),
    [
        ("203.0.113.7", 1, "ip"),
        ("203.0.113.0/24", 1, "ip_range"),
        ("203.0.0.0/16", 1, "ip_range"),
        ("203.0.112.0/20", 16, "ip_range"),
        ("203.0.113.0/30", 4, "ip"),
        ("2001:db8::1", 1, "ip6"),
        ("2001:db8::/64", 1, "ip_range"),
        ("2001:db8::/58", 64, "ip_range"),
        ("AS64500", 1, "asn"),
        ("DE", 1, "country"),
    ],
)
def test_networks_are_split_into_what_cloudflare_knows(text: str, count: int, target: str) -> None:
    rules = rules_for(origin(text))
    assert (len(rules), {rule.target for rule in rules}) == (count, {target})


def test_what_needs_too_many_rules_names_what_does_not() -> None:
    with pytest.raises(BadInput, match="would need"):
        rules_for(origin("2001:db8::/70"))
    with pytest.raises(BadInput) as caught:
        rules_for(origin("2001:db8::/40"))
    assert "2001:db8::/32" in caught.value.hint


@given(st.ip_addresses(v=4), st.integers(16, 32))
def test_the_rules_cover_the_network_and_nothing_else(address: object, length: int) -> None:
    wanted = origin(f"{address}/{length}")
    try:
        rules = rules_for(wanted)
    except BadInput:
        assert 2 ** min(abs(24 - length), abs(32 - length)) >= 1
        return
    parts = [ip_network(rule.value) for rule in rules]
    assert len(parts) <= MOST_RULES
    assert wanted.network is not None
    assert sum(part.num_addresses for part in parts) == wanted.network.num_addresses
    assert all(part.subnet_of(wanted.network) for part in parts)  # type: ignore[arg-type]


def test_larger_ones_cover_smaller_ones() -> None:
    assert origin("203.0.113.0/24").covers(origin("203.0.113.7"))
    assert not origin("203.0.113.7").covers(origin("203.0.113.0/24"))
    assert not origin("203.0.113.0/24").covers(origin("2001:db8::1"))
    assert origin("AS64500").covers(origin("as64500"))
    assert not origin("DE").covers(origin("203.0.113.7"))
    assert [origin(each).wide for each in ("203.0.113.0/24", "203.0.112.0/23", "DE")] == [
        False, True, True,
    ]  # fmt: skip


OFFICE = "198.51.100.0/28, which [security] never_block names"
KNOWN = Guarded(
    (
        (ip_network("198.51.100.0/28"), OFFICE),
        *((ip_network(each), "Cloudflare's own network") for each in _CLOUDFLARE),
        (ip_network("2001:db8:5::9"), "the bot itself"),
    ),
    {"AS13335": "Cloudflare itself", "DE": "the bot itself, which is there"},
)


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("198.51.100.3", "never_block"),
        ("198.51.100.0/24", "never_block"),
        ("104.16.0.1", "Cloudflare"),
        ("2606:4700::/48", "Cloudflare"),
        ("2001:db8:5::/64", "the bot itself"),
        ("AS13335", "Cloudflare"),
        ("DE", "the bot itself"),
    ],
)
def test_who_must_get_through_is_refused(text: str, whom: str) -> None:
    with pytest.raises(Refused) as caught:
        KNOWN.refuse(origin(text))
    assert whom in caught.value.message


def test_others_are_not_refused() -> None:
    for text in ("198.51.100.16", "203.0.113.0/24", "AS64500", "FR", "2001:db8:6::/64"):
        KNOWN.refuse(origin(text))


@pytest.mark.parametrize(
    ("text", "reason", "hours", "why"),
    [
        ("for 2h", "scans for .env", 2, "scans for .env"),
        ("2h because it scans", "", 2, "it scans"),
        ("because it scans", "", 24, "it scans"),
        ("", "it scans a lot", 24, "it scans a lot"),
        ("for 7d words", "the flag wins", 168, "the flag wins"),
        ("for 2h", "", 2, ""),
        ("", "no", 24, ""),
    ],
)
def test_how_long_and_why(text: str, reason: str, hours: float, why: str) -> None:
    found = lasting(text, timedelta(hours=24), reason)
    assert (found.length, found.reason) == (timedelta(hours=hours), why)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("for", "it scans"), ("for ever", "it scans"), ("for 31d", "it scans"),
     ("for 1s", "it scans"), ("for -2h", "it scans")],
)  # fmt: skip
def test_without_end_nothing_is_blocked(text: str, reason: str) -> None:
    with pytest.raises(BadInput):
        lasting(text, timedelta(hours=24), reason)
