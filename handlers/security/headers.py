"""Security headers graded as Mozilla's HTTP Observatory grades them. Pure.

Source: developer.mozilla.org/en-US/observatory/docs/tests_and_scoring (score 100, less and more
for each test; what goes beyond counts where the rest reaches 90).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HALF_A_YEAR = 15_768_000  # seconds
_GRADES = (
    (100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-"), (60, "C+"), (50, "C"),
    (45, "C-"), (40, "D+"), (30, "D"), (25, "D-"),
)  # fmt: skip
_PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
_LEAKS = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}


@dataclass(frozen=True, slots=True)
class Test:
    """One test: what it adds to the score, what was seen, and what to do where it takes away."""

    name: str
    score: int
    seen: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Graded:
    """A host's score (0 to 135) and grade, with each test."""

    host: str
    score: int
    grade: str
    tests: tuple[Test, ...]
    role: str = ""  # what is there, such as `production API`

    @property
    def called(self) -> str:
        return f"{self.host} ({self.role})" if self.role else self.host

    @property
    def failed(self) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if test.score < 0)


def grade(
    host: str, headers: Mapping[str, str], cookies: Iterable[str] = (), role: str = ""
) -> Graded:
    """`headers` by small names; `cookies` are the Set-Cookie lines of the answer."""
    named = {name.lower(): value for name, value in headers.items()}
    tests = (
        _csp(named),
        _cookies(tuple(cookies), "strict-transport-security" in named),
        _cors(named),
        _referrer(named),
        _transport(named),
        _sniffing(named),
        _frames(named),
        _resources(named),
    )
    score = 100 + sum(test.score for test in tests if test.score < 0)
    if score >= 90:
        score += sum(test.score for test in tests if test.score > 0)
    score = max(0, score)
    letter = next((letter for least, letter in _GRADES if score >= least), "F")
    return Graded(host, score, letter, tests, role)


def _csp(headers: Mapping[str, str]) -> Test:
    name, policy = "Content-Security-Policy", headers.get("content-security-policy", "")
    if not policy:
        return Test(
            name, -25, "not sent",
            "Send one, such as `default-src 'self'; object-src 'none'; frame-ancestors 'none'`.",
        )  # fmt: skip
    rules = _directives(policy)
    scripts = rules.get("script-src", rules.get("default-src"))
    if scripts is None:
        return Test(name, -25, "says nothing of scripts", "Add `script-src` or `default-src`.")
    strict = any(word.startswith(("'nonce-", "'sha")) for word in scripts)
    if not strict and {"'unsafe-inline'", "data:", "*", "https:", "http:"} & set(scripts):
        return Test(
            name, -20, f"lets any script in ({' '.join(scripts)})",
            "Name the scripts' own origins, nonces or hashes in `script-src`.",
        )  # fmt: skip
    if "'unsafe-eval'" in scripts:
        return Test(name, -10, "allows 'unsafe-eval'", "Take `'unsafe-eval'` out.")
    if rules.get("default-src") == ["'none'"]:
        return Test(name, 10, "allows only what is named")
    return Test(name, 5, "allows no script that is not named")


def _directives(policy: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in policy.split(";"):
        words = part.split()
        if words:
            found.setdefault(words[0].lower(), [word.lower() for word in words[1:]])
    return found


def _cookies(lines: tuple[str, ...], strict_transport: bool) -> Test:
    name = "Cookies"
    if not lines:
        return Test(name, 0, "none set")
    worst, seen = 5, "all are Secure, HttpOnly and SameSite"
    for line in lines:
        cookie, _, rest = line.partition("=")
        attributes = {part.strip().lower().partition("=")[0] for part in rest.split(";")[1:]}
        session = bool(re.search(r"sess|auth|login|sid|token", cookie, re.IGNORECASE))
        lacks = [each for each in ("secure", "httponly", "samesite") if each not in attributes]
        score = 5
        if "secure" in lacks:
            score = (-10 if strict_transport else -40) if session else -5
        elif "httponly" in lacks and session:
            score = -30
        elif lacks:
            score = 0
        if score < worst:
            words = {"secure": "Secure", "httponly": "HttpOnly", "samesite": "SameSite"}
            worst = score
            seen = f"{cookie.strip()} is not {' and not '.join(words[each] for each in lacks)}"
    return Test(name, worst, seen, "Set Secure, HttpOnly and SameSite." if worst < 0 else "")


def _cors(headers: Mapping[str, str]) -> Test:
    name, origin = "CORS", headers.get("access-control-allow-origin", "")
    with_cookies = headers.get("access-control-allow-credentials", "").lower() == "true"
    if origin in ("*", "null") and with_cookies:
        return Test(
            name, -50, "any site may ask with the visitor's cookies",
            "Answer only to the site's own origin where credentials are allowed.",
        )  # fmt: skip
    return Test(name, 0, f"open to {origin}" if origin else "closed to other sites")


def _referrer(headers: Mapping[str, str]) -> Test:
    name, value = "Referrer-Policy", headers.get("referrer-policy", "")
    words = [word.strip().lower() for word in value.split(",") if word.strip()]
    if words and words[-1] in _PRIVATE:
        return Test(name, 5, words[-1])
    if words and words[-1] in _LEAKS:
        return Test(name, -5, words[-1], "Send `strict-origin-when-cross-origin`.")
    return Test(name, 0, "not sent" if not words else words[-1])


def _transport(headers: Mapping[str, str]) -> Test:
    name, value = "Strict-Transport-Security", headers.get("strict-transport-security", "")
    remedy = "Send `max-age=31536000; includeSubDomains`."
    found = re.search(r"max-age\s*=\s*\"?(\d+)", value, re.IGNORECASE)
    if found is None:
        return Test(name, -20, "not sent" if not value else "cannot be read", remedy)
    seconds = int(found[1])
    if seconds < HALF_A_YEAR:
        return Test(name, -10, f"{seconds / 86_400:,.0f} days, at least 183 are asked for", remedy)
    preload = "preload" in value.lower() and "includesubdomains" in value.lower()
    return Test(name, 5 if preload else 0, f"{seconds / 86_400:,.0f} days")


def _sniffing(headers: Mapping[str, str]) -> Test:
    name, value = "X-Content-Type-Options", headers.get("x-content-type-options", "")
    if value.strip().lower() == "nosniff":
        return Test(name, 0, "nosniff")
    return Test(name, -5, value or "not sent", "Send `nosniff`.")


def _frames(headers: Mapping[str, str]) -> Test:
    name, value = "X-Frame-Options", headers.get("x-frame-options", "").strip().upper()
    if "frame-ancestors" in _directives(headers.get("content-security-policy", "")):
        return Test(name, 5, "frame-ancestors of the Content-Security-Policy")
    if value in ("DENY", "SAMEORIGIN"):
        return Test(name, 0, value)
    return Test(
        name, -20, value or "not sent", "Send `DENY`, or `frame-ancestors 'none'` in the policy."
    )


def _resources(headers: Mapping[str, str]) -> Test:
    name = "Cross-Origin-Resource-Policy"
    value = headers.get("cross-origin-resource-policy", "").strip().lower()
    if value in ("same-origin", "same-site"):
        return Test(name, 10, value)
    return Test(name, 0, value or "not sent")
