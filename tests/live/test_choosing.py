"""Which version is the way back, and why another is not: decisions alone."""

from __future__ import annotations

import pytest

from bot.clients.cloudflare_versions import VersionDetail
from bot.errors import BadInput
from bot.live import Candidate, Picture, Verdict, candidates, find, last_good, suspect
from tests.live.pictures import deployed, detail, identifier, picture, version


def good(of: Picture) -> int:
    """The number of the last good version; 0 for none."""
    found = last_good(of)
    return found.version.number if found else 0


def one(of: Picture, number: int) -> Candidate:
    return next(each for each in candidates(of) if each.version.number == number)


def three() -> tuple[VersionDetail, ...]:
    return tuple(detail(version(number)) for number in (1, 2, 3))


def test_the_version_that_answered_everything_before() -> None:
    history = (deployed((3, 100), at=30), deployed((2, 100), at=20), deployed((1, 100), at=10))
    assert good(picture(history, three())) == 2


def test_the_same_code_after_a_changed_secret_is_no_way_back() -> None:
    edited = detail(version(3, triggered_by="secret"), code="code of 2")
    details = (detail(version(1)), detail(version(2)), edited)
    history = (
        deployed((3, 100), at=30, triggered_by="secret"),
        deployed((2, 100), at=20),
        deployed((1, 100), at=10),
    )
    found = picture(history, details)
    assert one(found, 2).same_code
    chosen = last_good(found)
    assert chosen is not None
    assert (chosen.version.number, chosen.verdict) == (1, Verdict.ASKS)
    assert chosen.secrets == ("values that were set anew",)


def test_a_version_that_was_taken_back_is_not_good() -> None:
    history = (
        deployed((3, 100), at=40),
        deployed((1, 100), at=30, message="Rollback to v1 by ana: errors"),
        deployed((2, 100), at=20),
        deployed((1, 100), at=10),
    )
    found = picture(history, three())
    assert good(found) == 1
    assert "it was taken back itself" in one(found, 2).reasons


def test_deployed_again_on_purpose_it_is_only_what_is_live() -> None:
    history = (
        deployed((2, 100), at=40),
        deployed((1, 100), at=30, message="Rollback"),
        deployed((2, 100), at=20),
    )
    assert suspect(picture(history, three())) == identifier(2)
    assert good(picture(history, three())) == 1


def test_a_split_goes_back_to_the_version_that_had_everything() -> None:
    history = (deployed((2, 90), (3, 10), at=30), deployed((2, 100), at=20))
    found = picture(history, three())
    assert suspect(found) == identifier(3)
    assert good(found) == 2
    reversed_shares = (deployed((3, 90), (2, 10), at=30), deployed((2, 100), at=20))
    assert good(picture(reversed_shares, three())) == 2


def test_a_version_that_never_answered_everything_is_not_good() -> None:
    history = (
        deployed((3, 100), at=40),
        deployed((1, 95), (2, 5), at=30),
        deployed((1, 100), at=20),
    )
    assert good(picture(history, three())) == 1


def test_the_maintenance_page_is_never_the_way_back() -> None:
    page = detail(version(2, tag="maintenance"))
    details = (detail(version(1)), page, detail(version(3)))
    history = (deployed((3, 100), at=30), deployed((2, 100), at=20), deployed((1, 100), at=10))
    assert good(picture(history, details)) == 1


def test_a_migration_and_a_bucket_that_is_gone_are_refused_and_said() -> None:
    details = (
        detail(version(1), migration=""),
        detail(version(2), buckets=("uploads", "drafts")),
        detail(version(3)),
    )
    history = (deployed((3, 100), at=30), deployed((2, 100), at=20), deployed((1, 100), at=10))
    found = picture(history, details, frozenset({"drafts"}))
    assert good(found) == 0
    assert one(found, 1).verdict is one(found, 2).verdict is Verdict.REFUSED
    assert "Durable Object migration" in one(found, 1).reasons[0]
    assert "drafts, which does not exist any more" in one(found, 2).reasons[0]
    there = picture(history, details)
    assert good(there) == 2
    assert "binds DRAFTS as it was then" in " ".join(one(there, 2).reasons)


def test_secrets_that_were_added_are_asked_about_by_name() -> None:
    details = (detail(version(1), secrets=("JWT_SECRET",)), detail(version(2)))
    history = (deployed((2, 100), at=20), deployed((1, 100), at=10))
    found = one(picture(history, details), 1)
    assert (found.verdict, found.secrets) == (Verdict.ASKS, ("DATABASE_URL",))


def test_versions_are_found_by_tag_and_by_the_beginning_of_an_id() -> None:
    history = (deployed((3, 100), at=30), deployed((2, 100), at=20))
    found = picture(history, three())
    assert find(found, "V2").version.number == 2
    assert find(found, identifier(1)[:8]).version.number == 1
    with pytest.raises(BadInput, match="is what is live"):
        find(found, "v3")
    for nonsense in ("v9", "0000", "", "v2; rm -rf /"):
        with pytest.raises(BadInput):
            find(found, nonsense)


def test_a_tag_of_several_codes_names_none_of_them() -> None:
    details = (detail(version(1, tag="nightly")), detail(version(2, tag="nightly")))
    other = (*details, detail(version(3)))
    with pytest.raises(BadInput, match="2 versions are called nightly"):
        find(picture((deployed((3, 100), at=30),), other), "nightly")
    same = (
        detail(version(1, tag="nightly"), code="x"),
        detail(version(2, tag="nightly"), code="x"),
        detail(version(3)),
    )
    assert find(picture((deployed((3, 100), at=30),), same), "nightly").version.number == 2


def test_nothing_deployed_and_nothing_known() -> None:
    assert suspect(picture((), ())) == ""
    assert last_good(picture((), three())) is None
    assert last_good(picture((deployed((9, 100), at=1),), three())) is None
