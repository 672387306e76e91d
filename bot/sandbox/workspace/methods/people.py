"""users.*, usergroups.*, team.info, bots.info: who is there."""

from __future__ import annotations

from bot.sandbox.workspace import seed, shapes
from bot.sandbox.workspace.calls import Call, Method, page_of, paged
from bot.sandbox.workspace.model import Json
from bot.sandbox.workspace.refusal import Refusal, missing


def user_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.info"""
    person = call.workspace.people.get(call.required("user"))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": shapes.user(person, with_email=_email(call))}


def user_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.list"""
    limit = call.number("limit", 1000, most=1000)
    page, cursor = page_of(list(call.workspace.people.values()), call.text("cursor"), limit)
    users = [shapes.user(person, with_email=_email(call)) for person in page]
    return {"members": users, "cache_ts": int(call.workspace.clock.now()), **paged(cursor)}


def lookup_by_email(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail"""
    email = call.required("email").lower()
    for person in call.workspace.people.values():
        if person.email == email and not person.deleted:
            return {"user": shapes.user(person, with_email=True)}
    raise Refusal("users_not_found")


def user_group_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.list"""
    with_users = call.flag("include_users")
    every = call.flag("include_disabled")
    groups = [one for one in call.workspace.user_groups.values() if every or not one.disabled]
    return {"usergroups": [shapes.user_group(one, with_users=with_users) for one in groups]}


def user_group_users(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/usergroups.users.list"""
    group = call.workspace.user_groups.get(call.required("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise Refusal("no_such_subteam")
    return {"users": list(group.person_ids)}


def team_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/team.info"""
    team = {"id": seed.TEAM_ID, "name": seed.TEAM_NAME, "domain": seed.TEAM_DOMAIN}
    return {"team": {**team, "url": f"{call.workspace.base_url}/", "email_domain": ""}}


def bot_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/bots.info"""
    wanted = call.text("bot")
    if not wanted:
        raise missing("bot")
    for person in call.workspace.people.values():
        if person.bot_id == wanted:
            return {"bot": shapes.bot(person)}
    raise Refusal("bot_not_found")


def _email(call: Call) -> bool:
    return "users:read.email" in call.workspace.scopes


METHODS = (
    Method("users.info", user_info, 4, ("users:read",)),
    Method("users.list", user_list, 2, ("users:read",)),
    Method("users.lookupByEmail", lookup_by_email, 3, ("users:read.email",)),
    Method("usergroups.list", user_group_list, 2, ("usergroups:read",)),
    Method("usergroups.users.list", user_group_users, 2, ("usergroups:read",)),
    Method("team.info", team_info, 3, ("team:read",)),
    Method("bots.info", bot_info, 3, ("users:read",)),
)
