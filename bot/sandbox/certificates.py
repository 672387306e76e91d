"""The sandbox's own certificate authority, and the platform's certificate, exchanged live."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from bot.sandbox.faults import Faults

GOOD_FOR = timedelta(days=80)  # a renewed 90-day certificate, ten days in
_WRONG_HOST = "parked.pitchey.example"
FAULTS = ("certificate_expired", "certificate_expiring", "certificate_wrong_host")


class Certificates:
    """Issues the certificate that the fault switches ask for.

    `context` serves it: handshakes after `renew` show the new one.
    """

    def __init__(self, folder: Path, faults: Faults) -> None:
        self._authority = trustme.CA(organization_name="Pitchey sandbox")
        self._faults = faults
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.num_tickets = 0  # a resumed session would show no certificate
        folder.mkdir(parents=True, exist_ok=True)
        self.authority_file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.authority_file))
        self.renew()

    def renew(self) -> None:
        """Issue and load the certificate of this moment."""
        now = datetime.now(UTC)
        begin, end = now - timedelta(days=10), now + GOOD_FOR
        if self._faults.on("certificate_expiring"):
            begin, end = now - timedelta(days=84), now + self._remaining()
        if self._faults.on("certificate_expired"):
            begin, end = now - timedelta(days=91), now - timedelta(days=1)
        hosts = ("127.0.0.1", "localhost")
        if self._faults.on("certificate_wrong_host"):
            hosts = (_WRONG_HOST,)  # type: ignore[assignment]
        issued = self._authority.issue_cert(
            *hosts, not_before=min(begin, end - timedelta(days=1)), not_after=end
        )
        issued.configure_cert(self.context)

    def trust(self) -> ssl.SSLContext:
        """A client context that trusts only this authority."""
        context = ssl.create_default_context()
        self._authority.configure_trust(context)
        return context

    def _remaining(self) -> timedelta:
        # the minute on top keeps "6 days" from reading as 5 days and 23 hours
        return timedelta(days=self._faults.amount("certificate_expiring"), minutes=1)
