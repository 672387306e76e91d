"""The guide's eight steps of a safe deployment, as the pipeline shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PipelineStep:
    """`number` is the guide's; `name` is also the step's key in the store and in pitchey.toml."""

    name: str
    number: int
    title: str


BRANCH = PipelineStep("branch", 1, "Deployment branch")
TESTS = PipelineStep("tests", 2, "Tests")
BUILD = PipelineStep("build", 3, "Build")
VALIDATE = PipelineStep("validate", 3, "Validate")
UPLOAD = PipelineStep("upload", 4, "Upload a version")
STAGING = PipelineStep("staging", 4, "Deploy to staging")
STAGING_TEST = PipelineStep("staging_test", 5, "Test staging")
BACKUP = PipelineStep("backup", 6, "Backup before production")
PRODUCTION = PipelineStep("production", 6, "Deploy to production")
VERIFY = PipelineStep("verify", 7, "Verify production")
ROLLBACK = PipelineStep("rollback", 8, "Roll back, if it fails")

BEFORE = (BRANCH, TESTS, BUILD, VALIDATE, UPLOAD, STAGING, STAGING_TEST)
AFTER = (BACKUP, PRODUCTION, VERIFY, ROLLBACK)
ALL = (*BEFORE, *AFTER)
LAST_NUMBER = 8


def steps_to(*, staging: bool) -> tuple[PipelineStep, ...]:
    """The steps of a deployment that ends at staging, or of one to production."""
    return BEFORE if staging else ALL


def named(name: str) -> PipelineStep | None:
    """The step of that name or title, whatever its case."""
    wanted = name.strip().lower().replace("-", "_")
    return next((step for step in ALL if wanted in (step.name, step.title.lower())), None)
