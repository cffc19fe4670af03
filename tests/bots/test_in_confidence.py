"""Nobody is invited to judge in view of others: what is critical is asked for alone."""

from dataclasses import replace

import pytest

from bots.answering import MEMBER, NOW, THANDI, said
from bots.walking import everything_typed
from indaba.contracts.library import HowUsed
from indaba.conversation.commands.intent import Intent
from indaba.conversation.commands.topics.using import Used

ALOUD = tuple(replace(person, direct=False, ephemeral=False) for person in (THANDI, MEMBER))


def _judges(intent: Intent) -> bool:
    """Whether it says something that is told in sums alone (decision 0034)."""
    return type(intent).PRIVATE or (isinstance(intent, Used) and intent.how is HowUsed.DID_NOT_WORK)


@pytest.mark.asyncio
async def test_nothing_that_is_told_in_confidence_is_offered_where_others_read() -> None:
    offered = [c.intent for step in await everything_typed(NOW, ALOUD) for c in step.offered]
    assert any(isinstance(intent, Used) for intent in offered)
    assert [intent for intent in offered if _judges(intent)] == []


@pytest.mark.asyncio
@pytest.mark.parametrize("line", ["resource show R7K2", "resource share R7K2"])
async def test_it_is_said_how_to_tell_it_alone(line: str) -> None:
    openly = await said(line, ALOUD[1])
    assert "tell me alone" in openly.text()
    assert "did not work" in openly.text()


@pytest.mark.asyncio
async def test_alone_a_tap_is_enough() -> None:
    offered = (await said("resource show R7K2", MEMBER)).choices()
    assert any(_judges(choice.intent) for choice in offered)
