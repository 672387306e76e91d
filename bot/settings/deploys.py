"""`[deploys]`: how a version goes live, and where a checkout of the platform stands."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from bot.settings.values import FilePath, Minutes, Table

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{1,60}")
_NAMED = re.compile(r"\{([a-z_]*)\}")
PLACEHOLDERS = frozenset({"branch", "commit", "date", "environment", "script", "tag"})


def _ascending(steps: tuple[int, ...]) -> tuple[int, ...]:
    if list(steps) != sorted(set(steps)):
        raise ValueError("has to grow from step to step, such as [5, 25, 50]")
    return steps


def _program(arguments: tuple[str, ...]) -> tuple[str, ...]:
    unknown = {name for text in arguments for name in _NAMED.findall(text)} - PLACEHOLDERS
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
        raise ValueError(f"has a placeholder that is not one of {known}")
    return arguments


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError("is not the name of a variable such as CLOUDFLARE_API_TOKEN")
    return name


Percent = Annotated[int, Strict(), Field(ge=1, le=99)]
Program = Annotated[
    tuple[Annotated[str, Strict(), Field(min_length=1, max_length=500)], ...],
    Field(min_length=1, max_length=60),
    AfterValidator(_program),
]
StepName = Literal["branch", "tests", "build", "validate", "upload", "staging_test"]
VariableName = Annotated[str, Strict(), AfterValidator(_variable)]


class CheckoutStep(Table):
    """`commands` run one after the other, each a list of arguments that no shell reads.

    `secrets` names variables of the bot's environment that they get besides PATH and HOME.
    """

    commands: Annotated[tuple[Program, ...], Field(max_length=20)] = ()
    minutes: Minutes = 10
    secrets: Annotated[tuple[VariableName, ...], Field(max_length=20)] = ()


class Checkout(Table):
    """A clone of the platform's repository on the bot's machine; none without a `folder`."""

    folder: FilePath | None = None
    steps: dict[StepName, CheckoutStep] = Field(default_factory=dict)

    def step(self, name: StepName) -> CheckoutStep:
        """What was declared for a step; one without commands is not configured."""
        return self.steps.get(name, CheckoutStep())


class Deploys(Table):
    """How a version goes live in production, step by step; percentages are of the requests.

    `staging` is the environment that has to pass first; empty where there is none.
    """

    staging: Annotated[str, Strict(), Field(max_length=31)] = "staging"
    staging_days: Annotated[int, Strict(), Field(ge=1, le=365)] = 7
    canary: Annotated[tuple[Percent, ...], Field(max_length=8), AfterValidator(_ascending)] = (
        5, 25, 50,
    )  # fmt: skip
    wait_minutes: Minutes = 5
    patience_minutes: Minutes = 30
    hold_minutes: Annotated[int, Strict(), Field(ge=1, le=600)] = 120
    look_seconds: Annotated[int, Strict(), Field(ge=2, le=300)] = 15
    minimum_requests: Annotated[int, Strict(), Field(ge=10, le=1_000_000)] = 100
    error_points: Annotated[float, Strict(), Field(ge=0, le=50, allow_inf_nan=False)] = 0.5
    latency_percent: Annotated[float, Strict(), Field(ge=0, le=1000, allow_inf_nan=False)] = 25.0
    false_alarm_percent: Annotated[float, Strict(), Field(gt=0, le=20, allow_inf_nan=False)] = 1.0
    test_requests: Annotated[int, Strict(), Field(ge=4, le=100)] = 20
    checkout: Checkout = Checkout()

    @model_validator(mode="after")
    def _a_step_ends_before_the_hold(self) -> Self:
        if self.patience_minutes < self.wait_minutes:
            raise ValueError("patience_minutes is shorter than wait_minutes, which comes first")
        return self
