"""Plans and their tasks (docs.slack.dev, blocks/task-card-block and blocks/plan-block)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.sandbox.workspace.validation.layout import Block
from bot.sandbox.workspace.validation.rich_text import RichText
from bot.sandbox.workspace.validation.shape import ABSENT, Filled, Shape, Url, refuse

PLAN_TASKS = 50


class UrlSource(Shape):
    type: Literal["url"]
    url: Url
    text: Filled


class _Task(Shape):
    task_id: Filled
    title: Filled
    details: RichText = ABSENT
    output: RichText = ABSENT
    sources: list[UrlSource] = ABSENT


class TaskCard(Block, _Task):
    """A task by itself: it has at least begun."""

    type: Literal["task_card"]
    status: Literal["in_progress", "complete", "error"]


class PlannedTask(Block, _Task):
    """A task of a plan; its type may be left out."""

    type: Literal["task_card"] = ABSENT
    status: Literal["pending", "in_progress", "complete", "error"]


class Plan(Block):
    type: Literal["plan"]
    title: Filled
    tasks: Annotated[list[PlannedTask], Field(max_length=PLAN_TASKS)] = ABSENT

    @model_validator(mode="after")
    def _own_ids(self) -> Self:
        seen: set[str] = set()
        for index, task in enumerate(self.tasks or ()):
            if task.task_id in seen:
                raise refuse("task_id must be unique", ("tasks", index, "task_id"), type="unique")
            seen.add(task.task_id)
        return self
