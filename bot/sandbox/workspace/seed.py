"""The people and channels a new workspace starts with; ids are stable, settings may name them."""

from __future__ import annotations

from bot.sandbox.workspace.model import Channel, Person, UserGroup

TEAM_ID = "T0PITCHEY1"
TEAM_NAME = "Pitchey"
TEAM_DOMAIN = "pitchey"
APP_ID = "A0PITCHEY1"

BOT = "U0PITCHEY1"
BOT_ID = "B0PITCHEY1"
SLACKBOT = "USLACKBOT"

ANA = "U0ANA00001"  # admin
OMAR = "U0OMAR0001"  # operator
RITA = "U0RITA0001"  # responder
VIC = "U0VIC00001"  # viewer
GUS = "U0GUS00001"  # guest: sees #general only
DORA = "U0DORA0001"  # deactivated
DEPLOYER = "U0DEPLOY01"  # another app's bot
DEPLOYER_BOT_ID = "B0DEPLOY01"
DEPLOYER_APP_ID = "A0DEPLOY01"

OPS = "C0OPS00001"
ALERTS = "C0ALERTS01"
GENERAL = "C0GENERAL1"
RANDOM = "C0RANDOM01"
LEADERSHIP = "C0LEADERS1"  # private, the bot is not in it

ONCALL = "S0ONCALL01"


def people(bot_name: str) -> tuple[Person, ...]:
    """Everybody, the app's bot user included; `bot_name` comes from the manifest."""
    return (
        Person(
            ANA, "ana", "Ana Lima", "ana@pitchey.example", "Platform lead",
            is_admin=True, zone="America/New_York", zone_offset=-18_000, color="9f69e7",
        ),
        Person(OMAR, "omar", "Omar Haddad", "omar@pitchey.example", "Site reliability engineer",
               color="4bbe2e"),
        Person(RITA, "rita", "Rita Okafor", "rita@pitchey.example", "Support engineer",
               color="e7392d"),
        Person(VIC, "vic", "Vic Svensson", "vic@pitchey.example", "Product manager",
               zone="Europe/Stockholm", zone_offset=3_600, color="3c989f"),
        Person(GUS, "gus", "Gus Moreau", "gus@agency.example", "Contractor",
               is_guest=True, color="674b1b"),
        Person(DORA, "dora", "Dora Novak", "dora@pitchey.example", "Former engineer",
               deleted=True, color="99a949"),
        Person(SLACKBOT, "slackbot", "Slackbot", is_bot=True, bot_id="B01", color="757575"),
        Person(DEPLOYER, "deploybot", "Deploy Bot", is_bot=True, bot_id=DEPLOYER_BOT_ID,
               app_id=DEPLOYER_APP_ID, color="2b6836"),
        Person(BOT, bot_name.lower().replace(" ", "_"), bot_name, is_bot=True, bot_id=BOT_ID,
               app_id=APP_ID, color="e96699"),
    )  # fmt: skip


def channels(created: int) -> tuple[Channel, ...]:
    staff = [ANA, OMAR, RITA, VIC]
    return (
        Channel(OPS, "ops", ANA, created, topic="Running the Pitchey platform",
                purpose="Operations of the platform", member_ids=[*staff, BOT]),
        Channel(ALERTS, "alerts", ANA, created, topic="What needs attention",
                purpose="Alerts of the platform", member_ids=[ANA, OMAR, RITA, BOT, DEPLOYER]),
        Channel(GENERAL, "general", ANA, created, is_general=True,
                purpose="Announcements for everybody", member_ids=[*staff, GUS]),
        Channel(RANDOM, "random", ANA, created, purpose="Everything else", member_ids=[*staff]),
        Channel(LEADERSHIP, "leadership", ANA, created, is_private=True,
                purpose="Plans and people", member_ids=[ANA, OMAR]),
    )  # fmt: skip


def user_groups() -> tuple[UserGroup, ...]:
    return (UserGroup(ONCALL, "oncall", "On call", "Who answers alerts now", [OMAR, RITA]),)
