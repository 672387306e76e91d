"""TLS certificates of hosts: how long they last and what is wrong with them, by `ssl` alone."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.clients.http_faults import NoAnswer, Trouble

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which `ssl` does not name
_MOST_NAMES = 20


class Validity(StrEnum):
    """Whether browsers accept the certificate, and the reason where they do not."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    WRONG_HOST = "for another host"
    UNKNOWN_ISSUER = "from an unknown issuer"
    OTHER = "not accepted"


_REASONS = {
    9: Validity.NOT_YET_VALID,
    10: Validity.EXPIRED,
    18: Validity.UNKNOWN_ISSUER,
    19: Validity.UNKNOWN_ISSUER,
    20: Validity.UNKNOWN_ISSUER,
    21: Validity.UNKNOWN_ISSUER,
    62: Validity.WRONG_HOST,
    64: Validity.WRONG_HOST,
}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A host's certificate. `names` are the hosts it is for; times are UTC."""

    host: str
    port: int
    validity: Validity
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]
    issuer: str
    reason: str = ""  # OpenSSL's words where it is not accepted
    protocol: str = ""  # "TLSv1.3"

    def days_left(self, now: datetime) -> float:
        return (self.not_after - now).total_seconds() / 86_400


def validity_of(code: int) -> Validity:
    """What OpenSSL's verify code means."""
    return _REASONS.get(code, Validity.OTHER)


@dataclass
class Certificates:
    """Looks at certificates. `context` makes the verifying context (own authorities included)."""

    context: Callable[[], ssl.SSLContext]

    async def inspect(self, host: str, port: int = 443, *, deadline: float) -> Certificate:
        """The certificate a host shows, accepted or not. Raises NoAnswer when it shows none."""
        try:
            async with asyncio.timeout(deadline):
                return await self._inspect(host, port)
        except TimeoutError as error:
            message = f"{host}:{port} did not finish the TLS handshake within {deadline:.3g} s."
            raise NoAnswer(Trouble.TIMED_OUT, message, seconds=deadline) from error
        except socket.gaierror as error:
            raise NoAnswer(Trouble.NAME, f"The name {host} cannot be resolved.") from error
        except ConnectionRefusedError as error:
            raise NoAnswer(Trouble.REFUSED, f"{host}:{port} refuses connections.") from error
        except ssl.SSLError as error:
            message = f"{host}:{port} does not complete a TLS handshake."
            raise NoAnswer(Trouble.CERTIFICATE, message) from error
        except OSError as error:
            raise NoAnswer(Trouble.CUT, f"{host}:{port} cut the TLS handshake.") from error

    async def _inspect(self, host: str, port: int) -> Certificate:
        try:
            shaken = await _handshake(host, port, self.context())
            return _certificate(host, port, Validity.VALID, shaken, "")
        except ssl.SSLCertVerificationError as error:
            validity, reason = validity_of(error.verify_code), error.verify_message
        # Python only decodes certificates it has verified. So: fetch this one unverified, then
        # shake hands again with exactly it as the trusted one and its dates not judged.
        _, encoded, _ = await _handshake(host, port, _accepting())
        shaken = await _handshake(host, port, _trusting(encoded))
        return _certificate(host, port, validity, shaken, reason)


def _accepting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _trusting(encoded: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    context.load_verify_locations(cadata=encoded)
    return context


Shaken = tuple[dict[str, Any], bytes, str]


async def _handshake(host: str, port: int, context: ssl.SSLContext) -> Shaken:
    """The decoded certificate (empty when unverified), its DER encoding, and the protocol."""
    _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
        shown: dict[str, Any] = secured.getpeercert() or {}
        encoded = secured.getpeercert(binary_form=True) or b""
        protocol = secured.version() or ""
    finally:
        writer.transport.abort()  # nothing was sent, so nothing is owed a goodbye
    return shown, encoded, protocol


def _certificate(
    host: str, port: int, validity: Validity, shaken: Shaken, reason: str
) -> Certificate:
    shown, _, protocol = shaken
    names = tuple(value for kind, value in shown.get("subjectAltName", ()) if kind != "URI")
    return Certificate(
        host=host,
        port=port,
        validity=validity,
        not_before=_moment(shown["notBefore"]),
        not_after=_moment(shown["notAfter"]),
        names=names[:_MOST_NAMES],
        issuer=_name(shown.get("issuer", ())),
        reason=reason,
        protocol=protocol,
    )


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _name(parts: Any) -> str:
    held = {key: value for group in parts for key, value in group}
    return str(held.get("organizationName") or held.get("commonName") or "unknown issuer")
