"""Certificates that end, have ended, or are somebody else's, over real TLS on loopback."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from bot.judging.states import State
from tests.health.loopback import routes, serving
from tests.health.lying import GOOD, run


def certificate(authority: trustme.CA, host: str, begins: timedelta, ends: timedelta) -> object:
    now = datetime.now(UTC)
    return authority.issue_cert(host, not_before=now + begins, not_after=now + ends)


@pytest.mark.parametrize(
    ("host", "begins", "ends", "trusted", "words"),
    [
        ("127.0.0.1", -timedelta(days=30), timedelta(days=60), True, "healthy"),
        ("127.0.0.1", -timedelta(days=80), timedelta(days=10, hours=1), True, "ends soon"),
        ("127.0.0.1", -timedelta(days=85), timedelta(days=3), True, "ends very soon"),
        ("127.0.0.1", -timedelta(days=91), -timedelta(days=2), True, "expired"),
        ("127.0.0.1", timedelta(days=2), timedelta(days=90), True, "not yet valid"),
        ("parked.example", -timedelta(days=30), timedelta(days=60), True, "for another host"),
        ("127.0.0.1", -timedelta(days=30), timedelta(days=60), False, "from an unknown issuer"),
    ],
)
async def test_certificates_are_told_apart(
    tmp_path: Path, host: str, begins: timedelta, ends: timedelta, trusted: bool, words: str
) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    (authority if trusted else stranger).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate(authority, host, begins, ends).configure_cert(context)  # type: ignore[attr-defined]
    network = '[network]\nca_file = "ca.pem"'
    async with serving(routes(GOOD), context) as url:
        shown = (await run(tmp_path, url, "certificate", extra=network)).checks[0]
        api = (await run(tmp_path, url, "api", extra=network)).checks[0]
    assert shown.summary == words, shown
    if words.startswith(("healthy", "ends")):
        assert shown.state is (State.HEALTHY if words == "healthy" else State.DEGRADED)
        assert f"({shown.value})" in shown.evidence[0]
        assert api.state is State.HEALTHY
        assert "days left" in shown.value
    else:
        assert api.summary == f"certificate {words}"
        assert shown.state is State.DOWN
        assert "Browsers refuse it" in shown.meaning
