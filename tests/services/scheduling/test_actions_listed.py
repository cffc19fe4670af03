import pytest

from indaba.contracts.actions import (
    ActionStatus,
    AddAction,
    ChangeAction,
    HandAction,
    ListActions,
    SetDueDay,
    WhichActions,
)
from indaba.contracts.refusal import Hint, Refused
from indaba.scheduling.handlers.actions import MOST_LISTED
from services.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_list_of_actions_is_no_longer_than_a_hundred_those_due_first(town: Town) -> None:
    held = await town.founded()
    for number in range(MOST_LISTED):
        await town.ask(AddAction(text=f"Some day {number}"), held)
    await town.ask(AddAction(text="Print the sheets", due="tomorrow"), held)

    listed = (await town.ask(ListActions(which=WhichActions.OPEN), held)).actions

    assert len(listed) == MOST_LISTED
    assert listed[0].text == "Print the sheets"


async def test_who_ends_what_nobody_promised_is_told_how_to_take_it(town: Town) -> None:
    held = await town.founded()
    code = (await town.ask(AddAction(text="Print the sheets"), held)).action.code
    other = await town.joined("@sipho:example.org")
    with pytest.raises(Refused) as refused:
        await town.ask(ChangeAction(code=code, status=ActionStatus.DONE), other)
    assert refused.value.told == "nobodys-action"
    assert refused.value.hint == Hint("action hand", {"code": code})


async def test_a_day_that_was_not_clear_is_named_later_by_whose_it_is(town: Town) -> None:
    held = await town.founded()
    added = await town.ask(AddAction(text="Print the sheets by next friday or so"), held)
    code = added.action.code
    unclear = await town.ask(SetDueDay(code=code, day="some day"), held)
    assert unclear.doubt
    assert unclear.action == added.action
    shown = await town.ask(SetDueDay(code=code, day="tomorrow"), held)
    assert shown.action.due is not None
    assert not shown.doubt
    assert await town.ask(SetDueDay(code=code, day="tomorrow"), held) == shown
    other = await town.joined("@sipho:example.org")
    with pytest.raises(Refused):
        await town.ask(SetDueDay(code=code, day="in 3 days"), other)


@pytest.mark.parametrize("over", [ActionStatus.DONE, ActionStatus.DROPPED])
async def test_what_is_over_is_neither_passed_on_nor_due_nor_in_need_of_help(
    town: Town, over: ActionStatus
) -> None:
    held = await town.founded()
    other = (await town.joined("@sipho:example.org")).passport.member
    assert other is not None
    code = (await town.ask(AddAction(text="Print the sheets"), held)).action.code
    before = (await town.ask(ChangeAction(code=code, status=over), held)).action
    asked: list[HandAction | SetDueDay | ChangeAction] = [
        HandAction(code=code, to=other),
        SetDueDay(code=code, day="tomorrow"),
        ChangeAction(code=code, status=ActionStatus.NEEDS_HELP),
        *(
            [ChangeAction(code=code, status=ActionStatus.DROPPED)]
            if over is ActionStatus.DONE
            else []
        ),
    ]
    for each in asked:
        with pytest.raises(Refused) as refused:
            await town.ask(each, held)
        assert refused.value.told == "action-over"
    assert (await town.ask(ChangeAction(code=code, status=over), held)).action == before
    await town.ask(ChangeAction(code=code, status=ActionStatus.OPEN), held)
    handed = (await town.ask(HandAction(code=code, to=other), held)).action
    assert (handed.owner, handed.status) == (other, ActionStatus.OPEN)
