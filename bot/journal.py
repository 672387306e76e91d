"""Operations in flight: what runs notes its steps, and what lost its process is found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from bot.errors import OpsError
from bot.store import Store
from bot.store.operation_rows import Decision, OperationRecord, State, Step

Clock = Callable[[], datetime]
Offers = Sequence[tuple[str, str]]  # as those of an OpsError
VALUE_GONE = (
    "the value that was entered is gone: the copy of the bot that kept it in memory has stopped"
)


class OperationCancelled(OpsError):
    """Somebody pressed Cancel; raised by `Operation.step` between two steps."""

    permanent = True


@contextmanager
def says_first(words: str, *, before: Offers = (), after: Offers = ()) -> Iterator[None]:
    """What fails inside says `words` before its own, and has buttons `before` and `after` its own;
    what is cancelled stays as it is.
    """
    try:
        yield
    except OperationCancelled:
        raise
    except OpsError as error:
        error.message = f"{words} {error.message}"
        error.offers = (*before, *error.offers, *after)
        raise


class Running:
    """The `Operation` that a guarded command's `run` is given."""

    def __init__(
        self,
        store: Store,
        record: OperationRecord,
        clock: Clock,
        say: Callable[[str], Awaitable[None]],
        *,
        cancellable: bool,
    ) -> None:
        self._say = say
        self._store = store
        self._record = record
        self._clock = clock
        self._cancellable = cancellable
        self._before = steps_before(store, record)

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def resumes(self) -> str:
        return self._record.resumes

    @property
    def cancel_requested(self) -> bool:
        """Asked of the store each time: Cancel may be pressed in another process."""
        found = self._store.operations.get(self.id)
        return found is not None and bool(found.canceller)

    @property
    def finished_steps(self) -> tuple[str, ...]:
        steps = self._store.operations.steps(self.id)
        return (*self._before, *_finished(steps))

    async def end_step(self) -> None:
        """Raises OpsError where the journal cannot be written."""
        self._store.operations.end_step(self.id, self._record.owner, self._clock())

    async def step(self, name: str) -> None:
        """Raises OperationCancelled, or OpsError where the journal cannot be written."""
        if self._cancellable and self.cancel_requested:
            await self.end_step()  # whoever asks for the next one has done it
            raise OperationCancelled(f"Cancelled before “{name}”.")
        owner = self._record.owner
        if not self._store.operations.begin_step(self.id, name, owner, self._clock()):
            raise OpsError(
                "This operation was recorded as interrupted meanwhile: nothing more is done.",
                f"`operation {self.id}` says how it stands.",
                permanent=True,
            )
        await self._say(name)


def steps_before(store: Store, record: OperationRecord) -> tuple[str, ...]:
    """The finished steps of the interrupted operations that this one resumes, oldest first."""
    found: list[str] = []
    seen: set[str] = set()
    while record.resumes and record.resumes not in seen:
        seen.add(record.resumes)
        found = [*_finished(store.operations.steps(record.resumes)), *found]
        before = store.operations.get(record.resumes)
        if before is None:
            break
        record = before
    return tuple(found)


def interrupt_lost(store: Store, now: datetime) -> tuple[OperationRecord, ...]:
    """running → interrupted where the process that ran it has ended; answers those."""
    lost = []
    for record in store.operations.running():
        if store.presence.alive(record.owner):
            continue
        if store.operations.end(record.id, State.INTERRUPTED, now, record.owner, {}):
            lost.append(record)
    return tuple(lost)


def expire_overdue(store: Store, now: datetime) -> tuple[OperationRecord, ...]:
    """requested → expired where the time is over; answers those."""
    return tuple(
        record
        for record in store.operations.overdue(now)
        if store.operations.decide(record.id, State.EXPIRED, now)
    )


def close_without_value(
    store: Store, held: Callable[[OperationRecord], object], now: datetime
) -> tuple[OperationRecord, ...]:
    """requested → changed where the value that was handed over is `held` by nobody any more."""
    return tuple(
        record
        for record in store.operations.waiting_with_ticket()
        if not held(record)
        and store.operations.decide(record.id, State.CHANGED, now, Decision(words=VALUE_GONE))
    )


def _finished(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(step.name for step in steps if step.finished_at is not None)
