from indaba.contracts.actions import AddAction, ListActions, WhichActions
from indaba.scheduling.handlers.actions import MOST_LISTED
from services.town import Town


async def test_a_list_of_actions_is_no_longer_than_a_hundred_those_due_first(town: Town) -> None:
    held = await town.founded()
    for number in range(MOST_LISTED):
        await town.ask(AddAction(text=f"Some day {number}"), held)
    await town.ask(AddAction(text="Print the sheets", due="tomorrow"), held)

    listed = (await town.ask(ListActions(which=WhichActions.OPEN), held)).actions

    assert len(listed) == MOST_LISTED
    assert listed[0].text == "Print the sheets"
