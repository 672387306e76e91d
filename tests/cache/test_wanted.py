"""What a purge may be asked for, and how it is cut into requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import catalogue
from bot.arguments import UnknownWord
from bot.clients.cloudflare_purge import LIMITS, Kind
from bot.clients.cloudflare_zone import Zone
from bot.errors import BadInput
from bot.parsing import Parsed, parse
from bot.purging.addresses import absolute
from bot.purging.known import fits, referred
from bot.purging.planning import EdgeWork
from bot.purging.wanted import Kind as Wish
from bot.purging.wanted import Places, wanted
from bot.words import split

CATALOGUE = catalogue()
SITE, API = "https://www.pitchey.example", "https://api.pitchey.example"
PLACES = Places(SITE, API, Zone("z", "pitchey.example", "free"))


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (Wish.URL, "/assets/index.js", (f"{SITE}/assets/index.js",)),
        (Wish.URL, "/api/pitches?page=2#top", (f"{API}/api/pitches?page=2",)),
        (Wish.URL, "www.pitchey.example", (f"{SITE}/",)),
        (Wish.URL, f"{SITE}/søk {SITE}/s%C3%B8k", (f"{SITE}/s%C3%B8k",)),
        (Wish.URL, "https://büro.pitchey.example/a", ("https://xn--bro-hoa.pitchey.example/a",)),
        (Wish.PREFIX, f"{SITE}/assets/*", ("www.pitchey.example/assets/",)),
        (Wish.TAG, "assets, pitch-12", ("assets", "pitch-12")),
        (Wish.HOST, "https://WWW.pitchey.example/", ("www.pitchey.example",)),
        (Wish.KEYS, "pitches:* search:*", ("pitches:*", "search:*")),
        (Wish.PATTERN, "/assets/*.js *.css", ("/assets/*.js", "*.css")),
        (Wish.EVERYTHING, "", ()),
    ],
)
def test_what_people_write(kind: Wish, text: str, values: tuple[str, ...]) -> None:
    assert wanted(kind, text, PLACES).values == values


@pytest.mark.parametrize(
    ("line", "what", "values"),
    [
        ("cache purge all", "everything", None),
        ("cache purge *", "everything", None),
        ("cache purge /*", "everything", None),
        ("cdn purge ALL", "everything", None),
        ("purge cache everything", "everything", None),
        ("clear cache all", "everything", None),
        ("cache flush all --stale", "everything", None),
        ("cache purge /assets/index.js", "url", "/assets/index.js"),
        ("cache purge https://www.pitchey.example/a", "url", "https://www.pitchey.example/a"),
        ("cdn purge /assets/* /a/*.js", "pattern", "/assets/* /a/*.js"),
        ("cache purge pitches:*", "pattern", "pitches:*"),
        ("cache purge url /a what:b", "url", "/a what:b"),
    ],
)
def test_what_people_type_at_night(line: str, what: str, values: str | None) -> None:
    found = parse(CATALOGUE, split(line))
    assert isinstance(found, Parsed)
    assert found.command.name == "cache purge"
    assert (found.arguments["what"], found.arguments["values"]) == (what, values)


@pytest.mark.parametrize("line", ["cache purge", "cache purge assets", "cache purge evrything"])
def test_what_shows_no_kind_is_asked_back(line: str) -> None:
    with pytest.raises(UnknownWord):
        parse(CATALOGUE, split(line))


def test_a_pattern_of_keys_is_told_from_one_of_addresses() -> None:
    assert wanted(Wish.PATTERN, "pitches:*", PLACES).kind is Wish.KEYS
    assert wanted(Wish.PATTERN, "/pitches/*", PLACES).kind is Wish.PATTERN


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        (Wish.URL, "https://other.example/x", "not of the zone"),
        (Wish.URL, "https://pitchey.example.evil.example/x", "not of the zone"),
        (Wish.URL, "https://notpitchey.example/x", "not of the zone"),
        (Wish.URL, "https://me:secret@www.pitchey.example/", "password"),
        (Wish.URL, "ftp://www.pitchey.example/x", "no address"),
        (Wish.URL, "https://www.pitchey.example:99999/x", "no address"),
        (Wish.URL, "/assets/*", "pattern"),
        (Wish.PREFIX, "/a/*/b", "pattern"),
        (Wish.PREFIX, "/a?b=c", "question mark"),
        (Wish.TAG, "täg", "no cache tag"),
        (Wish.TAG, "x" * 1_025, "no cache tag"),
        (Wish.HOST, "www.pitchey.example/path", "no host name"),
        (Wish.HOST, "*.pitchey.example", "no host name"),
        (Wish.HOST, "bücher.example", "not of the zone"),
        (Wish.HOST, "☃☃☃" * 40 + ".pitchey.example", "no host name"),
        (Wish.PATTERN, "*", "Patterns of addresses"),
        (Wish.PATTERN, "/*", "fits everything"),
        (Wish.PATTERN, "https://www.pitchey.example/*", ""),
        (Wish.PATTERN, "/**", "fits everything"),
        (Wish.PATTERN, "/assets/x.js", "no `*`"),
        (Wish.PATTERN, "https://other.example/*", "not of the zone"),
        (Wish.PATTERN, "/a/* pitches:*", "do not go together"),
        (Wish.KEYS, "*", "fits everything"),
        (Wish.KEYS, "??*", "fits everything"),
        (Wish.KEYS, "*:*", "fits everything"),
        (Wish.KEYS, "[a-z]*", "fits everything"),
        (Wish.KEYS, "*[^~", "fits everything"),
        (Wish.EVERYTHING, "/assets", "Everything is everything"),
        (Wish.URL, "", "Purge which"),
        (Wish.URL, " ".join(f"/a/{n}" for n in range(10_001)), "at most 10,000"),
    ],
)
def test_what_is_refused_says_why(kind: Wish, text: str, says: str) -> None:
    if not says:  # a host's whole tree is a prefix, which is allowed
        assert wanted(kind, text, PLACES).values
        return
    if kind is Wish.PATTERN and text == "*":
        says = "fits everything"
    with pytest.raises(BadInput) as caught:
        wanted(kind, text, PLACES)
    assert says in f"{caught.value.message} {caught.value.hint}"


@given(
    count=st.integers(0, 3_000),
    plan=st.sampled_from(sorted(LIMITS)),
    kind=st.sampled_from(["files", "tags", "hosts", "prefixes"]),
)
def test_every_value_is_in_exactly_one_request(count: int, plan: str, kind: Kind) -> None:
    values = tuple(f"https://pitchey.example/{n}" for n in range(count))
    work = EdgeWork(kind, values, LIMITS[plan])
    assert tuple(value for batch in work.batches for value in batch) == values
    assert all(len(batch) <= LIMITS[plan].most(kind) for batch in work.batches)


@given(st.text(max_size=60))
def test_no_text_breaks_an_address(text: str) -> None:
    try:
        url = absolute(text, SITE, API)
    except BadInput:
        return
    assert url.isascii()
    assert "#" not in url


def test_patterns_fit_paths_and_whole_addresses() -> None:
    url = f"{SITE}/assets/app.js?v=2"
    assert fits("/assets/*", url)
    assert fits("*.js", url)
    assert fits(f"{SITE}/assets/*", url)
    assert not fits("/assets/[a]*", url)
    assert not fits("/asset", url)


def test_a_page_names_what_it_loads_of_its_own_host() -> None:
    page = '<script src="/a.js"></script><link href=b.css><a href="https://x.example/">'
    page += '<img src="javascript:alert(1)"><img src="http://[::1">'
    assert referred(f"{SITE}/", page) == [f"{SITE}/a.js", f"{SITE}/b.css"]
