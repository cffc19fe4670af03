"""A wall time travels with its zone, in every request and intent, and is sent with it."""

from datetime import datetime
from typing import get_args

from pydantic import BaseModel, NaiveDatetime

from bots.answering import NOW, THANDI
from bots.walking import everything_typed
from cells import every
from indaba.contracts import spoken
from indaba.contracts.wire import Request
from indaba.conversation.commands.topics import INTENTS

ASKED: list[type[BaseModel]] = [*spoken(Request), *INTENTS]


def _kinds(annotation: object) -> list[object]:
    """An annotation and what it is made of."""
    return [annotation, *(kind for part in get_args(annotation) for kind in _kinds(part))]


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and those within it."""
    kinds = [kind for f in model.model_fields.values() for kind in _kinds(f.annotation)]
    inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return [model, *(each for one in inner for each in _models(one))]


def _walls(model: type[BaseModel]) -> set[str]:
    """Fields that hold wall times, or times that could be."""
    return {
        name
        for name, field in model.model_fields.items()
        if {NaiveDatetime, datetime} & set(_kinds(field.annotation))
    }


@every("asked", ASKED, ids=lambda kind: kind.__name__)
def test_whatever_holds_a_wall_time_has_its_zone_beside_it(asked: type[BaseModel]) -> None:
    for model in _models(asked):
        assert "zone" in model.model_fields or not _walls(model), model


async def test_no_wall_time_is_sent_or_offered_without_its_zone() -> None:
    steps = await everything_typed(NOW, (THANDI,))
    sent = [each for step in steps for each in (step.intent, *step.asked) if _walls(type(each))]
    assert {type(each).__name__ for each in sent} >= {
        *("AddDate", "CallMeeting", "MoveMeeting", "MoveNow", "ScheduleMeeting"),
    }
    assert [each for each in sent if not getattr(each, "zone", "")] == []
