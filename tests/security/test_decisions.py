"""What counts as a secret, a grade, an attack: decided without asking anybody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients.cloudflare_requests import RefusedRequest, read_refused
from handlers.security.dependencies import read_npm
from handlers.security.headers import grade
from handlers.security.secret_rules import Hit, hits, rules
from handlers.security.traffic import anomalies

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = {
    "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
PLANTED = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (f"const k = '{PLANTED}';", "Stripe Access Key"),
        ("AWS = 'AKIA" + "IOSFODNN7EXAMPLF'", "AWS Access Key"),
        ('url = "postgresql://app:Zx81kkPq2@db.example.com/p"', "Basic Auth Credentials"),
        ("-----BEGIN RSA PRIVATE KEY-----", "Private Key"),
        ("password = 'S3cr3tPass!x'", "Secret Keyword"),
        ('const odd = "Zk3vQ9xT7LmB2nR8wY5cH1dF6gJ4pS0u";', "Base64 High Entropy String"),
    ],
)
def test_secrets_are_named_by_the_rule_that_knows_them(line: str, rule: str) -> None:
    with rules():
        (hit,) = hits(f"// first line\n{line}\n")
    assert (hit.rule, hit.line) == (rule, 2)
    assert "S3cr3t" not in hit.shown
    assert PLANTED not in hit.shown


@pytest.mark.parametrize(
    "line",
    [
        "const apiKey = process.env.API_KEY;",
        'const token = "your-token-here";',
        "headers: { Authorization: `Bearer ${token}` }",
        'const sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";',
        "export const value = compute('alpha', 0.5);",
        "",
    ],
)
def test_what_only_looks_like_a_secret_is_left_out(line: str) -> None:
    with rules():
        assert hits(line) == ()


def test_two_looks_at_once_do_not_take_each_others_rules_away() -> None:
    entered, alone = threading.Event(), threading.Event()

    def other() -> tuple[Hit, ...]:
        with rules():
            entered.set()
            alone.wait(5)
            return hits(f"const k = '{PLANTED}';")

    with ThreadPoolExecutor(1) as threads:
        with rules():
            looking = threads.submit(other)
            entered.wait(0.2)
        alone.set()
        assert [hit.rule for hit in looking.result()] == ["Stripe Access Key"]


def test_a_minified_script_of_one_line_is_looked_through() -> None:
    with rules():
        (hit,) = hits("a" * 30_000 + f";var x='{PLANTED}';" + "b=1;" * 9_000)
    assert hit.rule == "Stripe Access Key"


def test_grades_are_those_of_the_observatory() -> None:
    assert (grade("h", GOOD).grade, grade("h", GOOD).score) == ("A+", 135)
    bare = grade("h", {})
    assert (bare.grade, bare.score) == ("D", 30)  # CSP 25, HSTS 20, frames 20, sniffing 5
    loose = grade("h", GOOD | {"content-security-policy": "script-src * 'unsafe-inline'"})
    assert loose.failed[0].score == -20
    short = grade("h", GOOD | {"strict-transport-security": "max-age=3600"})
    assert [test.name for test in short.failed] == ["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("cookie", "score"),
    [
        ("pitchey-session=x; Secure; HttpOnly; SameSite=Lax", 5),
        ("pitchey-session=x; Secure; SameSite=Lax", -30),
        ("pitchey-session=x; HttpOnly", -10),
        ("theme=dark", -5),
    ],
)
def test_cookies_are_judged_by_what_they_hold(cookie: str, score: int) -> None:
    (test,) = (each for each in grade("h", GOOD, [cookie]).tests if each.name == "Cookies")
    assert test.score == score


def test_cors_that_lets_everybody_in_with_cookies_is_grave() -> None:
    answer = GOOD | {
        "access-control-allow-origin": "*", "access-control-allow-credentials": "true",
    }  # fmt: skip
    (test,) = (each for each in grade("h", answer).tests if each.name == "CORS")
    assert test.score == -50


def refused(
    path: str, count: int, *, status: int = 401, method: str = "POST", every: float = 5.0
) -> list[RefusedRequest]:
    return [
        RefusedRequest(
            NOW - timedelta(seconds=each * every), method, path, status, "DE", "203.0.113.9"
        )
        for each in range(count)
    ]


def test_tried_passwords_are_told_with_where_they_come_from() -> None:
    (found,) = anomalies("production", refused("/api/auth/creator/login", 45), ())
    assert found.severity == "critical"
    assert "from address 203.0.113.9" in found.evidence
    assert anomalies("production", refused("/api/auth/creator/login", 12), ()) == []
    # Asking whether one is signed in is what every page does.
    same = refused("/api/auth/session", 45, method="GET")
    assert anomalies("production", same, same) == []


def test_a_scan_and_a_surge_are_told_apart_from_the_usual() -> None:
    paths = ("/.env", "/wp-login.php", "/.git/config", "/phpmyadmin/")
    scan = [each for path in paths for each in refused(path, 1, status=404, method="GET")]
    (found,) = anomalies("production", scan, ())
    assert "scans the API" in found.title
    many = refused("/api/pitches", 90, status=500, method="GET")
    (surge,) = anomalies("production", many, refused("/api/pitches", 10, status=500))
    assert "answered with 500 90 times" in surge.title
    assert anomalies("production", many, many[:40]) == []


@pytest.mark.parametrize("told", [None, {}, {"events": 3}, {"events": {"events": [1, {}]}}])
def test_an_answer_of_another_shape_is_no_request(told: object) -> None:
    assert read_refused(told) == ()


def test_what_npm_tells_is_read_and_nonsense_refused() -> None:
    told = {
        "vulnerabilities": {
            "lodash": {
                "severity": "high", "range": "<4.17.21", "fixAvailable": True,
                "via": [{"title": "Command injection", "url": "https://example.com/a"}],
            }
        }
    }  # fmt: skip
    (found,) = read_npm(told)
    assert (found.severity, "npm audit fix" in found.remedy) == ("critical", True)
    assert "Command injection" in found.evidence
    for nonsense in ({}, {"error": {"summary": "no lock"}}, [], None):
        with pytest.raises(ValueError, match=r"listed|lock"):
            read_npm(nonsense)
