"""Recommendations: what the rules find in the evidence, each with its reason and a command. Pure.

A rule offers commands in the order of preference; the first that this bot has becomes the button.
A rule none of whose commands exists still says what it has to say, without a button.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot import parsing, words
from bot.errors import BadInput
from handlers.reports.advice_rules import RULES, Offer
from handlers.reports.evidence import Evidence
from handlers.reports.result import Advice

if TYPE_CHECKING:
    from bot.command import Catalogue

MOST = 6


def recommend(evidence: Evidence, catalogue: Catalogue) -> tuple[Advice, ...]:
    """The most pressing first, as the rules stand in their order."""
    found = []
    for name, rule in RULES:
        told = rule(evidence)
        if told is None:
            continue
        text, reason, offers = told
        label, line = _offered(catalogue, offers)
        found.append(Advice(name, text, reason, label, line))
    return tuple(found[:MOST])


def _offered(catalogue: Catalogue, offers: Sequence[Offer]) -> Offer:
    for label, line in offers:
        try:
            if isinstance(parsing.parse(catalogue, words.split(line)), parsing.Parsed):
                return label, line
        except BadInput:
            continue
    return "", ""
