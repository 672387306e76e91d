from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import catalogue
from bot.arguments import UnknownWord
from bot.command import Argument, Catalogue, Feature, Kind
from bot.errors import BadInput
from bot.parsing import HelpWanted, MissingArgument, Parsed, parse
from bot.words import LONGEST, split
from tests.house.catalogue import CATALOGUE, COMMANDS


def parsed(line: str) -> Parsed:
    found = parse(CATALOGUE, split(line))
    assert isinstance(found, Parsed)
    return found


def answer(text: str) -> Parsed | HelpWanted | str:
    """What any text gets: a command, help, or words that say what is wrong."""
    try:
        return parse(CATALOGUE, split(text))
    except BadInput as refused:
        return refused.message


def refusal(line: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(CATALOGUE, split(line))
    return caught.value


def test_defaults_are_filled_in() -> None:
    assert parsed("health").arguments == {
        "component": None,
        "environment": "production",
        "details": False,
    }


@pytest.mark.parametrize(
    "line",
    [
        "health api --environment staging --details",
        "HEALTH API --environment=staging --details",
        "health --details environment:staging component:api",
        "health —details api --environment staging",
        "health details:yes api environment:staging",
    ],
)
def test_every_way_of_writing_arguments_means_the_same(line: str) -> None:
    assert parsed(line).arguments == {
        "component": "api",
        "environment": "staging",
        "details": True,
    }


def test_values_have_their_types() -> None:
    line = "note <@U012AB3CD|ana> --since 24h --limit 5 --channel <#C0123456|ops> all is well"
    assert parsed(line).arguments == {
        "person": "U012AB3CD",
        "since": timedelta(hours=24),
        "limit": 5,
        "channel": "C0123456",
        "text": "all is well",
    }


def test_two_words_name_a_command_before_one_does() -> None:
    assert parsed("audit verify").command.name == "audit verify"
    assert parsed("audit").command.name == "audit"


@pytest.mark.parametrize("line", ["health --help", "health -h", "health api --HELP"])
def test_help_is_wanted_wherever_it_stands(line: str) -> None:
    found = parse(CATALOGUE, split(line))
    assert isinstance(found, HelpWanted)
    assert found.command.name == "health"


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("helth", "health"),
        ("helth api", "health api"),
        ("haelth --details", "health --details"),
        ("audit verfy", "audit verify"),
        ("audti", "audit"),
        ("qqqqqq", "help"),
    ],
)
def test_an_unknown_command_is_answered_with_what_was_meant(line: str, suggestion: str) -> None:
    refused = refusal(line)
    assert isinstance(refused, UnknownWord)
    assert suggestion in refused.suggestions


def test_a_wrong_choice_is_told_what_is_allowed_and_shown_an_example() -> None:
    refused = refusal("health databse")
    assert isinstance(refused, UnknownWord)
    assert "`databse`" in refused.message
    assert "Did you mean `database`?" in refused.hint
    assert "`api`, `database`, `cache`" in refused.hint
    assert "Example: `/pitchey health`" in refused.hint
    assert refused.suggestions == ("health database",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("health --detials", "Did you mean `--details`?"),
        ("health --nonsense", "Known: `--environment`, `--details`, `--help`."),
        ("health --environment", "`--environment` needs a value."),
        ("health api cache", "does not know what to do with `cache`"),
        ("health api component:cache", "`component` was given twice."),
        ("health details:perhaps", "it takes no value"),
        ("note", "`note` needs `person`: who."),
        ("note ana", "`person` is a person, not `ana`."),
        ("note <@U012AB3CD> --limit many", "`limit` is a whole number, not `many`."),
        ("note <@U012AB3CD> --since soon", "`90s`, `15m`, `24h`, `7d` or `2w`"),
    ],
)
def test_each_mistake_has_its_own_answer(line: str, told: str) -> None:
    assert told in str(refusal(line))


def test_markup_in_a_mistake_is_shown_as_text() -> None:
    refused = refusal("<!channel>`*x*")
    assert "<!channel>" not in str(refused)


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert answer(text)


_WORDS = st.lists(
    st.one_of(
        st.sampled_from([command.name for command in COMMANDS]),
        st.sampled_from(["--details", "--limit", "--limit=x", "details:no", ":", "--", "-", "a:b"]),
        st.text(min_size=1, max_size=12),
    ),
    max_size=8,
)


@given(_WORDS)
def test_any_words_near_a_command_get_an_answer(words: list[str]) -> None:
    found = answer(" ".join(words)[:LONGEST])
    if isinstance(found, Parsed):
        assert set(found.arguments) == {argument.name for argument in found.command.arguments}
    else:
        assert found


def test_the_first_word_of_a_group_lists_its_commands() -> None:
    named = replace(COMMANDS[0], name="practise danger")
    catalogue = Catalogue((Feature("practice", "Practice", (named,)),))
    with pytest.raises(UnknownWord, match="alone is no command") as caught:
        parse(catalogue, ["practise"])
    assert "practise danger" in caught.value.hint
    assert caught.value.suggestions == ("practise danger",)


def test_what_is_missing_is_one_press_away() -> None:
    which = Argument("which", "which list", Kind.CHOICE, choices=("daily", "weekly"), required=True)
    upkeep = replace(COMMANDS[0], name="upkeep", arguments=(which,), examples=("upkeep daily",))
    catalogue = Catalogue((Feature("upkeep", "Upkeep", (upkeep,)),))
    with pytest.raises(UnknownWord) as caught:
        parse(catalogue, ["upkeep"])
    assert caught.value.suggestions == ("upkeep daily", "upkeep weekly")
    assert caught.value.hint == ("Allowed: `daily`, `weekly`. Example: `/pitchey upkeep daily`.")
    alone = replace(upkeep, arguments=(replace(which, alone=("daily",)),))
    with pytest.raises(UnknownWord) as caught:
        parse(Catalogue((Feature("upkeep", "Upkeep", (alone,)),)), ["upkeep"])
    assert caught.value.suggestions == ("upkeep daily",)
    with pytest.raises(UnknownWord) as caught:
        parse(CATALOGUE, ["note"])
    assert caught.value.suggestions == ("help note",)


def test_other_names_of_commands_lead_to_one_command_each() -> None:
    commands = catalogue().commands
    aliases = [alias for command in commands for alias in command.aliases]
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & {command.name for command in commands}
    for command in commands:
        for argument in command.arguments:
            assert set(argument.synonyms.values()) <= set(argument.choices)
            assert not set(argument.synonyms) & set(argument.choices)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("deploys", "deployments"),
        ("incidents", "incident list"),
        ("incident new Shop is down", "incident declare"),
        ("incident declare Shop is down --severity 2", "incident declare"),
        ("incident severity P1", "incident severity"),
        ("backup", "backups"),
        ("backup now", "backup now"),
        ("restart", "workers restart"),
        ("database", "db"),
        ("playbook", "playbook list"),
        ("playbook show data-breach", "playbook show"),
        ("on-call", "oncall"),
        ("outage database", "emergency"),
        ("secrets", "secrets list"),
        ("silence SLOW_RESPONSE for 1h deploying", "alerts silence"),
    ],
)
def test_what_people_type_instead_finds_its_command(line: str, name: str) -> None:
    found = parse(catalogue(), split(line))
    assert isinstance(found, Parsed)
    assert found.command.name == name


@pytest.mark.parametrize("line", ["incident resolve", "incident close INC-12", "incident reopen"])
def test_ending_an_incident_in_other_words_asks_for_its_status(line: str) -> None:
    with pytest.raises(MissingArgument, match="`incident status` needs `status`"):
        parse(catalogue(), split(line))


@pytest.mark.parametrize("line", ["backup nwo", "playbook strat data-breach", "secrets rotat X"])
def test_a_misspelled_second_word_is_still_told(line: str) -> None:
    with pytest.raises(BadInput):
        parse(catalogue(), split(line))


@pytest.mark.parametrize(
    ("line", "status", "incident"),
    [
        ("incident status INC-12 resolved", "resolved", "INC-12"),
        ("incident status resolved inc-12", "resolved", "inc-12"),
        ("incident status resolved", "resolved", None),
    ],
)
def test_an_incidents_id_is_understood_wherever_it_stands(
    line: str, status: str, incident: str | None
) -> None:
    found = parse(catalogue(), split(line))
    assert isinstance(found, Parsed)
    assert (found.arguments["status"], found.arguments["incident"]) == (status, incident)


def test_an_incidents_id_in_a_text_is_text() -> None:
    found = parse(catalogue(), split("incident note INC-12 had the same cause"))
    assert isinstance(found, Parsed)
    assert found.arguments["text"] == "INC-12 had the same cause"
