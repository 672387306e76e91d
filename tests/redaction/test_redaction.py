"""A planted secret never comes out; ordinary text always does."""

from __future__ import annotations

import base64
import io
import json
import logging
import string
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import HIDDEN, RedactingFilter, Redactor, hide_in_log

LETTERS = string.ascii_letters + string.digits
NOTHING_HELD = Redactor([])


def letters(least: int, most: int, alphabet: str = LETTERS) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


def shaped(prefix: str, rest: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return rest.map(lambda text: prefix + text)


KINDS: dict[str, st.SearchStrategy[str]] = {
    "Slack bot token": shaped("xoxb-", letters(12, 60, LETTERS + "-").map("1".__add__)),
    "Slack app token": shaped("xapp-1-A", letters(12, 60)),
    "AWS key id": shaped("AKIA", letters(16, 16, string.ascii_uppercase + string.digits)),
    "GitHub token": shaped("ghp_", letters(36, 36)),
    "GitHub fine token": shaped("github_pat_", letters(30, 82)),
    "Stripe secret": shaped("sk_live_", letters(24, 40)),
    "Stripe restricted": shaped("rk_test_", letters(24, 40)),
    "Stripe webhook": shaped("whsec_", letters(32, 32)),
    "Cloudflare token": shaped("cfut_", letters(40, 40)),
    "Neon key": shaped("napi_", letters(40, 60)),
    "JWT": st.tuples(letters(10, 40), letters(10, 60), letters(20, 43)).map(
        lambda parts: f"eyJ{parts[0]}.eyJ{parts[1]}.{parts[2]}"
    ),
}
CONTEXTS: dict[str, Callable[[str], str]] = {
    "alone": lambda secret: secret,
    "prose": lambda secret: f"The value {secret}, is it right?",
    "JSON": lambda secret: json.dumps({"a": [secret, 1], "b": {"c": secret}}),
    "JSON in JSON": lambda secret: json.dumps({"body": json.dumps({"x": secret})}),
    "address": lambda secret: f"https://x.io/?x={secret}&y=1",
    "path": lambda secret: f"https://x.io/{secret}/end",
    "url-encoded": lambda secret: f"next={quote(f'https://x.io/?x={secret}', safe='')}",
    "base64": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "base64 in JSON": lambda secret: json.dumps(
        {"auth": base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")}
    ),
    "mrkdwn": lambda secret: f"*Found* `{secret}` in <https://x.io|the log>",
    "repr": lambda secret: repr({"value": secret}),
}


def comes_out(secret: str, shown: str) -> bool:
    encoded = [
        base64.b64encode(before + secret.encode()).decode().rstrip("=")
        for before in (b"", b"user:")
    ]
    return any(form in shown for form in (secret, quote(secret, safe=""), *encoded))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), context=st.sampled_from(sorted(CONTEXTS)))
def test_a_secret_of_a_known_shape_never_comes_out(
    kind: str, data: st.DataObject, context: str
) -> None:
    secret = data.draw(KINDS[kind])
    shown = NOTHING_HELD.text(CONTEXTS[context](secret))
    assert not comes_out(secret, shown)
    assert HIDDEN in shown


ANY_SECRET = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=6, max_size=80
).filter(lambda text: text not in HIDDEN)


@given(ANY_SECRET, st.sampled_from(sorted(CONTEXTS)))
def test_a_value_the_bot_holds_never_comes_out(secret: str, context: str) -> None:
    shown = Redactor([secret]).text(CONTEXTS[context](secret))
    assert not comes_out(secret, shown)


@given(ANY_SECRET, st.binary(max_size=8), st.binary(max_size=8))
def test_a_held_value_is_found_inside_longer_base64(
    secret: str, before: bytes, after: bytes
) -> None:
    shown = Redactor([secret]).text(base64.b64encode(before + secret.encode() + after).decode())
    assert HIDDEN in shown


def test_the_password_of_a_held_connection_string_is_hidden_alone() -> None:
    redactor = Redactor(["postgresql://owner:p%40ss%2Fword@ep-x.neon.tech/main"])
    assert redactor.text("connecting with p@ss/word or p%40ss%2Fword") == (
        f"connecting with {HIDDEN} or {HIDDEN}"
    )
    assert redactor.text("host ep-x.neon.tech") == "host ep-x.neon.tech"


def test_a_longer_secret_is_hidden_before_one_inside_it() -> None:
    assert Redactor(["abcdefgh", "abcdefgh-ijkl"]).text("abcdefgh-ijkl") == HIDDEN


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://u:hunter2@h/db", f"postgres://u:{HIDDEN}@h/db"),
        ("redis://:p@ss@h:6379", f"redis://:{HIDDEN}@h:6379"),
        ("host=h password=hunter2 user=u", f"host=h password={HIDDEN} user=u"),
        ("password='a b c' user=u", f"password='{HIDDEN}' user=u"),
        ('{"password": "a \\" b", "a": 1}', f'{{"password": "{HIDDEN}", "a": 1}}'),
        ("AWS_SECRET_ACCESS_KEY=abc/def+ghi", f"AWS_SECRET_ACCESS_KEY={HIDDEN}"),
        ("Authorization: Bearer abcdefgh12345678", f"Authorization: Bearer {HIDDEN}"),
        ("x-api-key: abcd-1234", f"x-api-key: {HIDDEN}"),
        ("https://x.io/?token=abc&page=2", f"https://x.io/?token={HIDDEN}&page=2"),
        ("?X-Amz-Signature=0a1b2c&n=1", f"?X-Amz-Signature={HIDDEN}&n=1"),
        ("https://hooks.slack.com/commands/T1/2/abc", f"https://hooks.slack.com/commands/{HIDDEN}"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1KEY"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEX1MPLEKEY", HIDDEN),
        (
            "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb",
            f"a\n{HIDDEN}\nb",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE and cut off", HIDDEN),
    ],
)
def test_what_is_hidden_and_what_stays(text: str, shown: str) -> None:
    assert NOTHING_HELD.text(text) == shown


ORDINARY = [
    "3f2a1b9c-1234-4abc-9def-0123456789ab",
    "commit 0123456789abcdef0123456789abcdef01234567",
    "3f2a1b9 Roll back to 3f2a1b9c",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "ana@pitchey.example.com",
    "<@U012AB3CD> in <#C012AB3CD|ops>",
    "Ev012AB3CD4E 1700000000.123456",
    "https://pitchey.example.com/pitches/12?page=2&sort=asc&q=secret+garden",
    "http://localhost:8080/metrics?email=ana@x.io",
    "2026-11-23T12:00:00+00:00",
    "<!date^1795424700^{date_short_pretty} {time}|2026-11-23 09:05 UTC>",
    "https://x-y-z.pages.dev/assets/index-DkJ3hGq1.js",
    "The token expired: sign in again",
    "Password: required",
    "token: expired, secrets: 3 set, api key: missing",
    "password must have 12 characters",
    "Basic authentication is required; Bearer token missing",
    "session_token_count: 1204",
    "CREATE INDEX idx_user_sessions_token ON user_sessions (token)",
    "SELECT relname FROM pg_stat_user_tables WHERE n_dead_tup > 10000",
    "pitchey-production.cavelltheleaddev.workers.dev",
    "backups/2026/11/23/pitchey-20261123T020000Z.dump.zst",
    "612 ms, alert above 1000 ms; 99.95 % (target 99.9 %)",
    "Set `SLACK_BOT_TOKEN` and `DATABASE_URL` in the environment",
    "cf-ray: 8f1a2b3c4d5e6f70-FRA",
    'ETag: "9b2cf535f27731c974343645a3985328-4"',
    "/pitchey audit --person <@U012AB3CD> --since 24h",
    "arn:aws:iam::123456789012:user/backup",
    "internationalization_and_localization_of_texts",
    "100% of 7 checks, 50%25 more",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_readable(text: str) -> None:
    redactor = Redactor(["xoxb-1-held-token", "postgres://u:held-password@h/db"])
    assert redactor.text(text) == text
    assert redactor.text(json.dumps({"value": text})) == json.dumps({"value": text})


@given(st.text())
def test_any_text_is_taken_and_redacting_again_changes_nothing(text: str) -> None:
    once = NOTHING_HELD.text(text)
    assert NOTHING_HELD.text(once) == once


@given(st.uuids().map(str) | letters(7, 64, "0123456789abcdef") | st.datetimes().map(str))
def test_ids_hashes_and_times_stay(text: str) -> None:
    assert NOTHING_HELD.text(f"version {text} is live") == f"version {text} is live"


def test_json_is_redacted_in_depth() -> None:
    value = {
        "blocks": [{"text": {"text": "held-secret"}}, "x"],
        "password": "short",
        "token_count": 3,
        "held-secret": None,
        "secret": {"inner": "stays"},
        "n": 1.5,
    }
    assert Redactor(["held-secret"]).json(value) == {
        "blocks": [{"text": {"text": HIDDEN}}, "x"],
        "password": HIDDEN,
        "token_count": 3,
        HIDDEN: None,
        "secret": {"inner": "stays"},
        "n": 1.5,
    }


def test_the_redactor_does_not_show_its_secrets() -> None:
    assert "held-secret" not in repr(Redactor(["held-secret"]))
    assert Redactor(["", "   ", "abc"]).text("abc abc") == "abc abc"


@pytest.fixture
def logged() -> tuple[logging.Logger, list[str]]:
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Lines()
    handler.addFilter(RedactingFilter(Redactor(["held-secret"])))
    logger = logging.Logger("redaction")  # noqa: LOG001 one that no other test knows
    logger.addHandler(handler)
    return logger, lines


def test_log_records_are_redacted(logged: tuple[logging.Logger, list[str]]) -> None:
    logger, lines = logged
    logger.warning("a %s b", "held-secret")
    logger.warning({"password": "hunter2", "x": "held-secret"})
    logger.warning("%d words", "held-secret")
    assert lines[0] == f"a {HIDDEN} b"
    assert all("held-secret" not in line and "hunter2" not in line for line in lines)
    assert len(lines) == 3


def test_each_record_passes_those_who_are_there_and_the_last_one_gone() -> None:
    handler = logging.StreamHandler(told := io.StringIO())
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        for number in range(5):
            hiding = hide_in_log(Redactor([f"held-secret-{number}"]))
            hiding.done = True
        root.warning("the last words: held-secret-4")
        assert told.getvalue() == f"the last words: {HIDDEN}\n"
        assert handler.filters == [hiding]
        others = [hide_in_log(Redactor(["another-1"])), hide_in_log(Redactor(["another-2"]))]
        root.warning("%s %s", "another-1", "another-2")
        assert told.getvalue().endswith(f"\n{HIDDEN} {HIDDEN}\n")
        assert handler.filters == others
    finally:
        root.removeHandler(handler)
        for each in others:
            each.done = True


def test_tracebacks_are_redacted(logged: tuple[logging.Logger, list[str]]) -> None:
    logger, lines = logged

    def fail(secret: str) -> None:
        raise ValueError(f"cannot use {secret}")

    try:
        fail("-".join(["held", "secret"]))
    except ValueError:
        logger.exception("failed", stack_info=True)
    assert "held-secret" not in lines[0]
    assert f"ValueError: cannot use {HIDDEN}" in lines[0]


LINE = (
    "2026-11-23T12:00:07Z GET https://api.pitchey.io/api/health?id=17 200 0.412 ms "
    "user=U012AB3CD request 3f2a1b9c-1234-4abc-9def-0123456789ab token ok key=17\n"
)


def best_milliseconds(redactor: Redactor, text: str) -> float:
    times = []
    for _ in range(9):
        start = time.process_time()
        redactor.text(text)
        times.append(time.process_time() - start)
    return min(times) * 1000


def test_a_dozen_held_secrets_cost_no_look_each() -> None:
    """Against itself in the same run; how long it takes is measured by `make bench`."""
    held = Redactor([f"held-secret-{number}-abcdefgh/+" for number in range(12)])
    many = Redactor([f"held-secret-{number}-abcdefgh/+" for number in range(120)])
    text = (LINE * 70)[:10_000]
    assert best_milliseconds(many, text) < 4 * best_milliseconds(held, text) + 1


@pytest.mark.parametrize(
    "unit",
    [
        *["a", 'token:"', "password", "x%20", "://a:", "-----BEGIN PRIVATE KEY-----"],
        *["bearer ", 'secret="\\a', "eyJaaaaaaaaa.", "%41", "xoxb-", "key = ", "?key="],
        *["token_a_b_", "AKIA", "hooks.slack.com/a/"],
    ],
)
def test_time_grows_with_the_length_only(unit: str) -> None:
    short = unit * (10_000 // len(unit))
    assert (
        best_milliseconds(NOTHING_HELD, short * 4) < 8 * best_milliseconds(NOTHING_HELD, short) + 20
    )
