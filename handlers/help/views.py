"""Help drawn from the declarations. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blocks import actions, clip, code, command_button, context, header, section
from bot.command import Argument, Block, Catalogue, Command, Kind, Reply, Risk, Role
from bot.home import COMMON

_KIND_WORDS = {
    Kind.INTEGER: "a whole number",
    Kind.DURATION: "a length of time such as `15m`, `24h` or `7d`",
    Kind.PERSON: "a person, as @name",
    Kind.CHANNEL: "a channel, as #name",
}
_RISK_WORDS = {
    Risk.READS: "Runs at once, without a question.",
    Risk.CHANGES: "Changes something: asks first.",
    Risk.DANGEROUS: "Dangerous: a second person must approve.",
}


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command as data, for `--json`."""

    name: str
    summary: str
    usage: str
    role: str
    risk: str
    examples: tuple[str, ...]


def menu(catalogue: Catalogue, word: str) -> Reply:
    """The short menu: what most people want, as buttons."""
    known = [act for act in COMMON if catalogue.find(act[1])]
    text = ":wave: What do you want to know?"
    blocks = [
        section(f"{text} Press a button, or type `{word} help` for everything."),
        actions(*(command_button(label, line) for label, line in known)),
    ]
    return Reply(text, blocks, data=[line for _, line in known])


def overview(catalogue: Catalogue, word: str) -> Reply:
    """Every command by its name, by feature: short enough for a phone."""
    text = f":book: {len(catalogue.commands)} commands. `{word} help <command>` explains one."
    words = [
        command.name.partition(" ")[0] for command in catalogue.commands if " " in command.name
    ]
    largest = max(words, key=words.count, default="")
    more = f" `{word} help {largest}` lists what begins with {code(largest)}." if words else ""
    lines = [
        f"*{feature.title}*  {families(feature.commands)}"
        for feature in catalogue.features
        if feature.commands
    ]
    known = [act for act in COMMON if act[1] != "help" and catalogue.find(act[1])]
    blocks = [
        section(text + more),
        *(section("\n".join(lines[at : at + 12])) for at in range(0, len(lines), 12)),
        context(
            "In a thread, mention the bot instead of typing a slash command. "
            "In a shell: `pitchey health`."
        ),
        actions(*(command_button(label, line) for label, line in known)),
    ]
    return Reply(text, blocks, data=[described(command, word) for command in catalogue.commands])


def families(commands: Sequence[Command]) -> str:
    """Commands by their first word: "`audit`, `audit verify`" reads "`audit` verify"."""
    found: dict[str, list[str]] = {}
    for command in commands:
        first, _, rest = command.name.partition(" ")
        found.setdefault(first, []).extend([rest] if rest else [])
    return "; ".join(f"`{first}` {', '.join(rest)}".strip() for first, rest in found.items())


def kind(first: str, commands: Sequence[Command], word: str) -> Reply:
    """The commands that begin with one word, each in a line."""
    text = f":book: `{word} {first}` has {len(commands)} commands."
    blocks = [
        section(f"{text} `{word} help {commands[0].name}` explains one."),
        *_lines(commands, word),
        actions(
            *(
                command_button(f"Explain {each.name}"[:75], f"help {each.name}")
                for each in commands[:5]
            )
        ),
    ]
    return Reply(text, blocks, data=[described(command, word) for command in commands])


def explained(command: Command, word: str, others: Sequence[Command] = ()) -> Reply:
    """One command: usage, arguments with what is allowed, examples, role, the guide's section.

    `others` begin with the same word; they are listed after it.
    """
    text = f":book: `{word} {command.name}`: {command.summary}"
    blocks: list[Block] = [
        header(f"{word} {command.name}"),
        section(command.summary + (f"\n{command.details}" if command.details else "")),
        section(f"*Usage*\n{code(usage(command, word))}"),
    ]
    if command.arguments:
        lines = "\n".join(_argument(argument) for argument in command.arguments)
        blocks.append(section(f"*Arguments*\n{lines}"))
    if command.examples:
        lines = "\n".join(code(f"{word} {example}") for example in command.examples)
        blocks.append(section(f"*Examples*\n{lines}"))
    if others:
        blocks.append(section(f"*Also there*\n{families(others)}"))
    notes = [_RISK_WORDS[command.risk], f"Needs the role {command.role.word}."]
    if command.guide:
        notes.append(f"Guide: {command.guide}.")
    if command.aliases:
        notes.append(f"Also typed as {', '.join(map(code, command.aliases))}.")
    blocks.append(context(" ".join(notes)))
    if command.risk is Risk.READS and command.examples:
        buttons = [command_button(f"Run {line}", line) for line in command.examples[:3]]
        blocks.append(actions(*buttons))
    return Reply(text, blocks, data=described(command, word))


def usage(command: Command, word: str) -> str:
    """One line: `/pitchey health [component] [--details]`."""
    parts = [f"{word} {command.name}"]
    for argument in command.arguments:
        if argument.kind is Kind.FLAG:
            shown = f"--{argument.name}"
        elif argument.flag:
            shown = f"--{argument.name} <{argument.name}>"
        else:
            shown = argument.name
        parts.append(shown if argument.required else f"[{shown}]")
    return " ".join(parts)


def described(command: Command, word: str) -> CommandHelp:
    return CommandHelp(
        command.name,
        command.summary,
        usage(command, word),
        command.role.word,
        command.risk.value,
        command.examples,
    )


def _lines(commands: Sequence[Command], word: str) -> list[Block]:
    lines = [_line(command, word) for command in commands]
    return [section("\n".join(lines[at : at + 12])) for at in range(0, len(lines), 12)]


def _line(command: Command, word: str) -> str:
    needs = f" _({command.role.word})_" if command.role > Role.VIEWER else ""
    return f"`{word} {command.name}` {clip(command.summary, 120)}{needs}"


def _argument(argument: Argument) -> str:
    name = f"--{argument.name}" if argument.is_flag else argument.name
    parts = [f"{code(name)}: {argument.help}"]
    if argument.choices:
        parts.append("one of " + ", ".join(code(choice) for choice in argument.choices))
    elif argument.kind in _KIND_WORDS:
        parts.append(_KIND_WORDS[argument.kind])
    if argument.required:
        parts.append("required")
    elif argument.default not in (None, "", False):
        parts.append(f"{argument.default} unless given")
    return "• " + "; ".join(parts)
