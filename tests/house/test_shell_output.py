"""The answer on a standard output that is closed, full, narrow, left, or of few characters."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.terminal.json_text import json_text
from tests.house.shells import configured, pitchey, recorded, shell


@pytest.mark.parametrize(("words", "code"), [("help", 0), ("help --json", 0), ("helth", 64)])
def test_a_reader_who_leaves_changes_no_exit_code(words: str, code: int, tmp_path: Path) -> None:
    # The reader is gone before the first byte, however quick the bot is.
    line = f"{{ sleep 1; pitchey {words}; echo code $? >&2; }} | true"
    done = shell(line, configured(tmp_path))
    assert done.stderr.decode() == f"code {code}\n"
    assert len(recorded(tmp_path)) == 1


@pytest.mark.parametrize("words", ["help", "help --json", "audit --export csv"])
@pytest.mark.parametrize(("where", "why"), [(">&-", "closed"), (">/dev/full", "no space left")])
def test_an_output_that_takes_nothing_is_told(
    words: str, where: str, why: str, tmp_path: Path
) -> None:
    done = shell(f"pitchey {words} {where}", configured(tmp_path))
    said = done.stderr.decode()
    assert done.returncode == 74, said
    assert "could not be written to standard output" in said.splitlines()[-1]
    assert why in said
    assert "Traceback" not in said
    if "export" not in words:
        assert len(said.splitlines()) == 1
    (entry,) = recorded(tmp_path)
    assert entry.outcome == "succeeded"


def test_nothing_to_write_on_at_all(tmp_path: Path) -> None:
    done = shell("pitchey help >&- 2>&-", configured(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (74, b"", b"")
    assert len(recorded(tmp_path)) == 1
    done = shell("pitchey help 2>&-", tmp_path)
    assert (done.returncode, b"commands" in done.stdout) == (0, True)


@pytest.mark.parametrize("columns", ["0", "-3", "many", "²", ""])
def test_columns_that_are_none_are_80(columns: str, tmp_path: Path) -> None:
    configured(tmp_path)
    usual = pitchey("help", tmp_path, COLUMNS="80").stdout
    assert b"commands" in usual
    assert pitchey("help", tmp_path, COLUMNS=columns).stdout == usual


HOSTILE = {
    "status": {"indicator": "major", "description": "lone \ud800 c1 \x9b31m bidi \u202e ü"},
    "components": [],
    "incidents": [],
}


@contextmanager
def status_page() -> Iterator[str]:
    """A status page that says what no terminal can show."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(HOSTILE).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/summary.json"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C.UTF-8"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
@pytest.mark.parametrize("flag", ["--json", "--details"])
def test_no_character_stops_the_answer(locale: dict[str, str], flag: str, tmp_path: Path) -> None:
    with status_page() as url:
        configured(tmp_path, status_url=url)
        done = shell(f"pitchey health cloudflare {flag}", tmp_path, **locale)
    encoding = "utf-8" if locale.get("LC_ALL") == "C.UTF-8" else "latin-1"
    said = done.stdout.decode(encoding)
    assert done.stderr == b""
    assert "lone" in said
    assert not {"\x9b", "\x1b", "\u202e", "\x7f"} & set(said)
    if flag == "--json":
        assert "lone" in json.dumps(json.loads(said))
        assert done.returncode == json.loads(said)["exit_code"]


def test_json_is_the_same_for_its_reader() -> None:
    value = {"a\u202e": ["\x9b", "\x7f", "\u2028", "ü", "👩\u200d🚒", "\U000e0067", "\n\\u"]}
    for ascii_only in (True, False):
        written = json_text(value, ascii_only=ascii_only)
        assert json.loads(written) == value
        assert not {"\u202e", "\x9b", "\x7f", "\u2028", "\U000e0067"} & set(written)
        assert written.isascii() is ascii_only
    assert json.loads(json_text(["\ud800 \udfff"])) == ["\ufffd \ufffd"]
