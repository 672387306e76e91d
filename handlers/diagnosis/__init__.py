"""Diagnosis: from a symptom to its cause, with the evidence for and against it."""

from bot.command import Feature
from handlers.diagnosis.commands import DIAGNOSE

FEATURE = Feature(name="diagnosis", title="Diagnosis", commands=(DIAGNOSE,))

__all__ = ["FEATURE"]
