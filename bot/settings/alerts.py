"""`[alerts]` and `[[alerts.rules]]`: what raises an alert, how grave it is, and who is told."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from bot.settings.values import AnyText, Channel, RoleHolder, Table, Text

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
Statistic = Literal["average", "minimum", "maximum", "sum", "p50", "p95", "p99", "latest"]


def _rule_name(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,59}", text) or text == "NO_DATA":
        raise ValueError("is not a rule's name such as HIGH_ERROR_RATE, or is taken")
    return text


def _sample_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,59}", text):
        raise ValueError("is not a metric's name such as error_rate")
    return text


RuleName = Annotated[str, Strict(), AfterValidator(_rule_name)]
SampleName = Annotated[str, Strict(), AfterValidator(_sample_name)]
Limit = Annotated[float, Strict(), Field(ge=0, le=1e15, allow_inf_nan=False)]
WindowMinutes = Annotated[int, Strict(), Field(ge=1, le=31 * 24 * 60)]
AnyMinutes = Annotated[int, Strict(), Field(ge=0, le=7 * 24 * 60)]
Count = Annotated[int, Strict(), Field(ge=2, le=1_000)]
Target = Annotated[float, Strict(), Field(ge=50, lt=100, allow_inf_nan=False)]
Failures = Annotated[int, Strict(), Field(ge=0, le=1_000)]
EverySeconds = Annotated[int, Strict(), Field(ge=1, le=3_600)]


class Rule(Table):
    """One rule. Fires where `statistic` of `metric` over the window is above or below its limit,
    for `for_minutes`; resolves only past `clear`, which is what keeps it from wavering.

    With `burn_rate` it watches the error budget of `[alerts] slo_target` in place of a limit:
    both the window and the short window must burn that many times too fast. Of `uptime`, so many
    `failed_checks` must lie in the window: one lost packet calls nobody at night.
    """

    name: RuleName
    title: AnyText = ""
    metric: SampleName
    statistic: Statistic = "average"
    above: Limit | None = None
    below: Limit | None = None
    burn_rate: Limit | None = None
    clear: Limit | None = None
    window_minutes: WindowMinutes = 10
    short_window_minutes: WindowMinutes = 5
    for_minutes: AnyMinutes = 0
    failed_checks: Failures = 0
    no_data_minutes: AnyMinutes = 15
    severity: Severity = "warning"
    environments: tuple[Text, ...] = ()
    channel: Channel | None = None
    owner: RoleHolder | None = None
    playbook: AnyText = ""
    escalate: bool = True
    enabled: bool = True

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        given = [each for each in (self.above, self.below, self.burn_rate) if each is not None]
        if len(given) != 1:
            raise ValueError("needs exactly one of above, below and burn_rate")
        if self.burn_rate is not None and self.clear is not None:
            raise ValueError("has a burn_rate, which clears by itself: leave out clear")
        if self.failed_checks and self.metric != "uptime":
            raise ValueError("has failed_checks, which only uptime counts")
        if self.burn_rate is not None and self.short_window_minutes >= self.window_minutes:
            raise ValueError("needs a short_window_minutes below window_minutes")
        if self.clear is not None and self.above is not None and self.clear > self.above:
            raise ValueError("clears above its limit: clear must be at most above")
        if self.clear is not None and self.below is not None and self.clear < self.below:
            raise ValueError("clears below its limit: clear must be at least below")
        return self

    @property
    def words(self) -> str:
        """What it is about, for a sentence."""
        return self.title or self.name.replace("_", " ").capitalize()


class Alerts(Table):
    """How alerts are evaluated and told. Rules of the file stand beside the guide's; one of the
    same name takes its place."""

    every_seconds: EverySeconds = 300
    slo_target: Target = 99.9
    remind_minutes: WindowMinutes = 60
    repeat_minutes: AnyMinutes = 30
    flap_changes: Count = 4
    flap_minutes: WindowMinutes = 60
    storm_alerts: Count = 5
    storm_minutes: WindowMinutes = 10
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise ValueError("names a rule twice")
        return self

    @property
    def every_rule(self) -> tuple[Rule, ...]:
        """The guide's rules, those of the file in their place, then those the file adds."""
        own = {rule.name: rule for rule in self.rules}
        guide = guide_rules()
        names = {rule.name for rule in guide}
        added = (rule for rule in self.rules if rule.name not in names)
        return (*(own.get(rule.name, rule) for rule in guide), *added)

    @property
    def active_rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.every_rule if rule.enabled)


def guide_rules() -> tuple[Rule, ...]:
    """The guide's thresholds ("Setting Up Alerts", "Key Metrics to Track"), and burn-rate rules
    after Google's SRE Workbook, chapter 5, table 5-8."""
    return _GUIDE


_GUIDE: tuple[Rule, ...] = (
    Rule(
        name="HIGH_ERROR_RATE", title="Error rate is high", metric="error_rate", above=1.0,
        clear=0.8, for_minutes=5, severity="critical", playbook="service-outage",
    ),
    Rule(
        name="SLOW_RESPONSE", title="Responses are slow", metric="response_time", above=1_000.0,
        clear=800.0, for_minutes=5, playbook="high-response-times",
    ),
    Rule(
        name="LOW_AVAILABILITY", title="Availability is low", metric="uptime", below=99.5,
        clear=99.7, window_minutes=60, failed_checks=3, no_data_minutes=10, severity="critical",
        playbook="service-outage",
    ),
    Rule(
        name="HIGH_CPU", title="CPU use is high", metric="cpu", above=85.0, clear=80.0,
        for_minutes=10, playbook="high-response-times",
    ),
    Rule(
        name="HIGH_MEMORY", title="Memory use is high", metric="memory", above=90.0, clear=85.0,
        for_minutes=10, playbook="high-response-times",
    ),
    Rule(
        name="DATABASE_CONNECTIONS", title="Database connections run out",
        metric="database_connections", above=90.0, clear=85.0, for_minutes=5,
        no_data_minutes=60, severity="critical", playbook="database-connection-errors",
    ),
    Rule(
        name="WORKER_ERRORS", title="The Worker fails often", metric="worker_errors",
        statistic="sum", above=100.0, clear=80.0, window_minutes=60, no_data_minutes=60,
        playbook="service-outage",
    ),
    Rule(
        name="ORIGIN_ERROR_RATE", title="The origin fails often", metric="origin_error_rate",
        above=1.0, clear=0.8, for_minutes=5, no_data_minutes=60, playbook="service-outage",
    ),
    Rule(
        name="CERTIFICATE_EXPIRES", title="A certificate ends soon", metric="certificate_days",
        statistic="latest", below=14.0, window_minutes=1_440, no_data_minutes=2_880,
    ),
    Rule(
        name="BACKUP_TOO_OLD", title="The newest good backup is too old", metric="backup_age_hours",
        statistic="latest", above=26.0, window_minutes=720, no_data_minutes=720,
        severity="critical", playbook="disaster-recovery",
    ),
    Rule(
        name="BACKUP_CORRUPT", title="A backup cannot be used", metric="backups_corrupt",
        statistic="latest", above=0.0, window_minutes=720, no_data_minutes=0,
        severity="critical", playbook="disaster-recovery",
    ),
    Rule(
        name="BACKUP_SIZE_ODD", title="The newest backup has an odd size",
        metric="backup_size_change", statistic="latest", above=50.0, window_minutes=720,
        no_data_minutes=0, escalate=False,
    ),
    Rule(
        name="DISK_FULL", title="The disk fills up", metric="disk", above=80.0, clear=75.0,
        for_minutes=10, no_data_minutes=60,
    ),
    Rule(
        name="ERROR_BUDGET_FAST_BURN", title="The error budget burns fast", metric="uptime",
        burn_rate=14.4, window_minutes=60, short_window_minutes=5, failed_checks=3,
        no_data_minutes=0, severity="critical", playbook="service-outage",
    ),
    Rule(
        name="ERROR_BUDGET_BURN", title="The error budget burns", metric="uptime",
        burn_rate=6.0, window_minutes=360, short_window_minutes=30, failed_checks=3,
        no_data_minutes=0, severity="critical", playbook="service-outage",
    ),
    Rule(
        name="ERROR_BUDGET_SLOW_BURN", title="The error budget burns slowly", metric="uptime",
        burn_rate=1.0, window_minutes=4_320, short_window_minutes=360, no_data_minutes=0,
    ),
)  # fmt: skip
