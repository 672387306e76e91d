"""Roles from ids and groups: pure, and the laws that no combination breaks."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.access import Facts, Standing, decide, standing_of
from bot.channels import Place
from bot.command import Command, Plan, Reply, Risk, Role
from bot.groups import Membership
from bot.settings import Roles
from tests.house.test_access import settings

ME = "UME00001"
HELD = ("@oncall", "@leads", "SOPS00001")
entries = st.lists(st.sampled_from([ME, "UOTHER01", *HELD]), max_size=4, unique=True).map(tuple)
roles = st.builds(
    Roles,
    default=st.sampled_from([None, *Role]),
    viewer=entries,
    responder=entries,
    operator=entries,
    admin=entries,
)
members = st.one_of(st.none(), st.frozensets(st.sampled_from([ME, "UOTHER01"])))


def membership(name: str) -> st.SearchStrategy[Membership]:
    unread = Membership(name, None, f"the user group {name} is away")
    return members.map(lambda people: unread if people is None else Membership(name, people))


memberships = st.fixed_dictionaries({name: membership(name) for name in HELD})
HERE = Place("COPS0001", "ops")
SETTINGS = settings()


async def nothing(*_: object) -> Reply:
    return Reply("Nothing.")


async def dry_run(*_: object) -> Plan:
    return Plan("nothing", "changes nothing")


def command(role: Role, risk: Risk = Risk.READS) -> Command:
    plan = None if risk is Risk.READS else dry_run
    return Command("deploy", "Deploy.", nothing, role=role, risk=risk, plan=plan)


def joined(*people: str) -> Membership:
    return Membership("@oncall", frozenset(people))


def allowed(standing: Standing, role: Role, risk: Risk = Risk.READS) -> bool:
    return decide(command(role, risk), standing, HERE, SETTINGS).allowed


@given(roles=roles, memberships=memberships, unread=st.sampled_from(["", "could not be read"]))
def test_no_combination_gives_a_guest_a_role(
    roles: Roles, memberships: dict[str, Membership], unread: str
) -> None:
    facts = Facts(barred="guests of the workspace have no role", unread=unread)
    standing = standing_of(ME, roles, facts, memberships)
    assert standing.role is None
    assert not any(allowed(standing, role, risk) for role in Role for risk in Risk)


@given(
    roles=roles,
    memberships=memberships,
    level=st.sampled_from(Role),
    entry=st.sampled_from([ME, *HELD]),
)
def test_more_role_is_never_less_allowed(
    roles: Roles, memberships: dict[str, Membership], level: Role, entry: str
) -> None:
    fields = {role.word: roles.named(role) for role in Role}
    fields[level.word] = (*fields[level.word], entry)
    more = Roles(default=roles.default, **fields)
    before = standing_of(ME, roles, Facts(), memberships)
    after = standing_of(ME, more, Facts(), memberships)
    assert (after.role or 0) >= (before.role or 0)
    for role in Role:
        assert allowed(after, role) or not allowed(before, role)


@given(roles=roles, memberships=memberships)
def test_a_group_that_cannot_be_read_gives_nothing(
    roles: Roles, memberships: dict[str, Membership]
) -> None:
    nobody = {
        name: one if one.people is not None else joined() for name, one in memberships.items()
    }
    got = standing_of(ME, roles, Facts(), memberships)
    assert got.role == standing_of(ME, roles, Facts(), nobody).role
    assert all(got.role is None or one.role > got.role for one in got.unconfirmed)


@given(roles=roles, memberships=memberships)
def test_unread_people_may_at_most_read(roles: Roles, memberships: dict[str, Membership]) -> None:
    known = standing_of(ME, roles, Facts(), memberships)
    assume(known.role is not None)
    unread = standing_of(ME, roles, Facts(unread="could not be read"), memberships)
    assert allowed(unread, Role.VIEWER)
    assert not any(allowed(unread, role) for role in Role if role > Role.VIEWER)
    assert not any(allowed(unread, Role.VIEWER, risk) for risk in Risk if risk is not Risk.READS)


def test_one_of_several_groups_is_enough() -> None:
    given = Roles(operator=("@leads", "@oncall"))
    groups = {"@leads": Membership("@leads", frozenset()), "@oncall": joined(ME)}
    standing = standing_of(ME, given, Facts(), groups)
    assert standing.role is Role.OPERATOR
    assert standing.why == "`[roles] operator` names @oncall, and you are in it."
    assert standing.unconfirmed == ()


def test_an_unreadable_group_beside_one_that_gives_the_role_is_no_doubt() -> None:
    given = Roles(operator=("@leads", "@oncall"))
    groups = {"@leads": Membership("@leads", None, "away"), "@oncall": joined(ME)}
    assert standing_of(ME, given, Facts(), groups).unconfirmed == ()


def test_the_default_is_the_least_everybody_has() -> None:
    standing = standing_of(ME, Roles(default=Role.OPERATOR, viewer=(ME,)), Facts(), {})
    assert standing.role is Role.OPERATOR


def test_a_refusal_tells_which_group_could_not_be_read() -> None:
    trouble = "the user group @oncall could not be read (missing scope usergroups:read)"
    groups = {"@oncall": Membership("@oncall", None, trouble)}
    standing = standing_of(ME, Roles(operator=("@oncall",)), Facts(), groups)
    decision = decide(command(Role.OPERATOR), standing, HERE, SETTINGS)
    assert decision.message == (
        "`deploy` needs the role *operator*; you have the role *viewer*. The user group @oncall "
        "could not be read (missing scope usergroups:read): your role could not be confirmed."
    )
    # A group that gives less than what is asked changes nothing.
    higher = decide(command(Role.ADMIN), standing, HERE, SETTINGS)
    assert "@oncall" not in higher.message
