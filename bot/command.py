"""Declarations: one of these drives Slack, the buttons, help, the terminal and the audit log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from bot.forms import Form as Form  # noqa: PLC0414 said here for everybody
from bot.forms import Shortcut as Shortcut  # noqa: PLC0414
from bot.forms import Webhook as Webhook  # noqa: PLC0414
from bot.planning import Operation as Operation  # noqa: PLC0414
from bot.planning import Plan as Plan  # noqa: PLC0414
from bot.roles import Risk as Risk  # noqa: PLC0414
from bot.roles import Role as Role  # noqa: PLC0414

if TYPE_CHECKING:
    from bot.access import Access
    from bot.clients import Clients
    from bot.events import Listener
    from bot.guard import Guard
    from bot.jobs import Job
    from bot.runtime import Runtime
    from bot.settings import Settings
    from bot.store import Store

Block = dict[str, Any]


class Surface(StrEnum):
    """Where an invocation came from."""

    SLASH = "slash command"
    MENTION = "mention"
    BUTTON = "button"
    SHORTCUT = "shortcut"
    HOME = "home"
    TERMINAL = "terminal"
    SCHEDULE = "schedule"


class Kind(StrEnum):
    """What an argument's text must be; parsing turns it into a value of the type named here."""

    TEXT = "text"  # str
    CHOICE = "choice"  # str, one of `choices`
    INTEGER = "integer"  # int
    DURATION = "duration"  # datetime.timedelta, from 90s, 15m, 24h, 7d, 2w
    PERSON = "person"  # str, a Slack user id
    CHANNEL = "channel"  # str, a Slack channel id or #name
    FLAG = "flag"  # bool


class Delivery(StrEnum):
    """How a reply reaches the reader."""

    NEW = "new"  # a message of its own
    UPDATE = "update"  # in place of the message whose button was pressed
    THREAD = "thread"  # under the message whose button was pressed
    SHARE = "share"  # a message of its own for the channel; absent where there is no channel


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of an argument: `act` is what its button says, `about` what it is, in words."""

    value: str
    act: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command: positional unless `flag`, which makes it `--name`.

    A Kind.FLAG argument is always `--name` and takes no value. Any argument may also be
    given as `name:value`. With a `preposition` it may be, as in `to staging`.

    Of a Kind.CHOICE, `synonyms` are other words for a choice, and `implied` answers the choice
    that a word shows which is none: `/assets/*` means pattern. That word is the next argument's.
    A word of the `form` (a regular expression) is the argument's wherever it stands.
    """

    name: str
    help: str
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    flag: bool = False
    rest: bool = False  # takes all remaining words as one text
    preposition: str = ""  # the word that may stand before it; it then skips those before
    alone: tuple[str, ...] = ()  # values that make a whole line; offered where it is missing
    synonyms: Mapping[str, str] = field(default_factory=dict)
    implied: Callable[[str], str] | None = None
    form: str = ""
    example: str = ""
    private: bool = False  # the audit log keeps that it was given, and not what
    ticket: bool = False  # of a value that was handed over, see `bot.handover`; used once
    offered: Offered | None = None  # what there is to choose from, where it is missing

    @property
    def is_flag(self) -> bool:
        return self.flag or self.kind is Kind.FLAG


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: Slack id (or `terminal:<login>`), and the name as it was at the time."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request to the bot, typed at the edge. `reference` is what a person quotes to us."""

    reference: str
    person: Person
    surface: Surface
    text: str  # the words after `/pitchey`
    channel: str = ""  # Slack channel id; empty in the terminal
    thread_ts: str = ""

    @property
    def at_terminal(self) -> bool:
        return self.surface is Surface.TERMINAL


@dataclass(frozen=True, slots=True)
class Upload:
    """A file beside a reply: into the thread or the direct messages of the person who asked.

    A `supplement`, such as a chart, goes where the reply goes, and the reply stands without it.
    """

    name: str
    content: bytes
    title: str = ""
    alt_text: str = ""  # what a picture shows
    supplement: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers. `text` is the first line and the notification: the result in words.

    `blocks` are the whole message, its first line included; `data` is the result for
    `--json`; `exit_code` is what the terminal exits with; `in_channel` shows the reply to
    everybody instead of only the person who asked, and `private` shows it to that person alone
    even where replies are for everybody, as in a thread.
    """

    text: str
    blocks: list[Block] = field(default_factory=list)
    in_channel: bool = False
    data: Any = None
    exit_code: int = 0
    outcome: str = "succeeded"
    files: tuple[Upload, ...] = ()
    private: bool = False


class Progress(Protocol):
    """Tells the person how long work stands; shown only when the work takes over two seconds."""

    async def say(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a command's `run` gets: everything it may use, nothing global."""

    settings: Settings
    clients: Clients
    store: Store
    catalogue: Catalogue
    invocation: Invocation
    progress: Progress
    role: Role
    access: Access
    guard: Guard
    runtime: Runtime
    operation: Operation | None = None  # inside `run` of a guarded command
    # Writes one line at once, where somebody reads along at a terminal; None elsewhere.
    line: Callable[[str], None] | None = None


Arguments = Mapping[str, Any]
Offered = Callable[["Context", Arguments], Awaitable[Sequence[Choice]]]
Run = Callable[[Context, Arguments], Awaitable[Reply]]
MakePlan = Callable[[Context, Arguments], Awaitable[Plan]]

# What every guarded command understands besides its own arguments.
REASON = Argument("reason", "why it is done", flag=True, example="cache holds old prices")
BREAK_GLASS = Argument(
    "break-glass",
    "run without a second person, in a SEV1 that you command or as an admin at the terminal",
    Kind.FLAG,
)
CANCELLING = "it ends after the step that runs now"
GUARDS_OWN = frozenset({REASON.name, BREAK_GLASS.name})


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `name` may be two words ("audit verify"); `guide` names its procedure.

    Where `risk` is not READS, `plan` is required, and the arguments `reason` and `break-glass`
    come by themselves. `deadline` then counts from the moment it runs.
    """

    name: str
    summary: str
    run: Run
    arguments: tuple[Argument, ...] = ()
    role: Role = Role.VIEWER
    risk: Risk = Risk.READS
    examples: tuple[str, ...] = ()
    details: str = ""
    guide: str = ""
    deadline: float = 60.0  # seconds, then the person is told it took too long
    terminal_only: bool = False
    plan: MakePlan | None = None
    resumable: bool = False  # `run` leaves out what `operation.finished_steps` names
    cancellable: bool = True  # may end between two steps
    cancelling: str = CANCELLING  # what Cancel does, where it does more
    changing_role: Role | None = None  # for what it changes, where looking is for more people
    form: str = ""  # the form that a slash command without arguments opens instead of running
    aliases: tuple[str, ...] = ()  # other names that people type for it

    def __post_init__(self) -> None:
        if self.risk is Risk.READS:
            return
        if self.plan is None:
            raise ValueError(f"{self.name} is not harmless, so it needs a plan")
        known = {argument.name for argument in self.arguments}
        own = tuple(each for each in (REASON, BREAK_GLASS) if each.name not in known)
        object.__setattr__(self, "arguments", (*self.arguments, *own))

    def ticket(self, arguments: Arguments) -> str:
        """Of the value that was handed over for it; empty where none was."""
        given = [arguments.get(each.name) for each in self.arguments if each.ticket]
        return str(given[0] or "") if given else ""


@dataclass(frozen=True, slots=True)
class Feature:
    """What one folder of `handlers/` brings to the house."""

    name: str
    title: str
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    forms: tuple[Form, ...] = ()
    jobs: tuple[Job, ...] = ()
    listeners: tuple[Listener, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    # Blocks of the Home tab for one person; at most ten, without I/O but the store.
    home: Callable[[Runtime, Person, Role], list[Block]] | None = None
    # Called once at the start of every process: gauges for `/metrics` and the like.
    begin: Callable[[Runtime], None] | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every declared command, in the order help shows them."""

    features: tuple[Feature, ...]

    @property
    def commands(self) -> tuple[Command, ...]:
        return tuple(command for feature in self.features for command in feature.commands)

    @property
    def shortcuts(self) -> tuple[Shortcut, ...]:
        return tuple(shortcut for feature in self.features for shortcut in feature.shortcuts)

    @property
    def forms(self) -> tuple[Form, ...]:
        return tuple(form for feature in self.features for form in feature.forms)

    @property
    def jobs(self) -> tuple[Job, ...]:
        return tuple(job for feature in self.features for job in feature.jobs)

    def find(self, name: str) -> Command | None:
        """By its name, else by another one that people type."""
        by_name = (command for command in self.commands if command.name == name)
        by_alias = (command for command in self.commands if name in command.aliases)
        return next(by_name, None) or next(by_alias, None)
