"""Who is sent away from one of a community's servers or rooms is out where they are in no other."""

from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest

from bots.quiet_platform import Quiet
from indaba.contracts.ids import CommunityId
from indaba.contracts.membership import Place, Platform
from indaba.contracts.removal import Departure, Home, HomesShown, NoteDeparture, ShowHomes
from indaba.conversation.delivery.chat_events import Departed
from indaba.conversation.dispatch.whereabouts import Whereabouts
from indaba.conversation.store import QueuedEvent

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
COMMUNITY = CommunityId(UUID(int=1))
HOUSES = ("800", "801")
PLACES = tuple(Place(platform=Platform.DISCORD, room=f"{h}1", house=h) for h in HOUSES)
ELSEWHERE = "999"


class Served:
    """A community on two servers, as membership tells of it, and what it is told."""

    def __init__(self) -> None:
        self.told: list[NoteDeparture] = []

    async def ask(self, request: Any) -> Any:
        if isinstance(request, ShowHomes):
            home = Home(community=COMMUNITY, places=PLACES)
            return HomesShown(homes={request.account: (home,)})
        self.told.append(request)
        return None


class Servers(Quiet):
    """Some of which somebody is in."""

    def __init__(self, found_in: tuple[str, ...]) -> None:
        self._found_in = found_in

    async def is_in(self, place: Place, account: str) -> bool:
        return place.house in self._found_in


class Looking(Whereabouts):
    def __init__(self, served: Served, found_in: tuple[str, ...]) -> None:
        super().__init__(Servers(found_in), None, None)  # type: ignore[arg-type]
        self._served = served

    def _services(self, _: QueuedEvent) -> Any:
        return self._served


@pytest.mark.parametrize("how", [how for how in Departure if how is not Departure.UNBANNED])
@pytest.mark.parametrize("found_in", [(), HOUSES[:1], HOUSES[1:], HOUSES])
async def test_a_ban_or_departure_counts_where_somebody_is_nowhere_else(
    how: Departure, found_in: tuple[str, ...]
) -> None:
    for house in (*HOUSES, ELSEWHERE):
        served = Served()
        gone = Departed(
            id="1", room="", account="7", sent_at=NOW, house=house, how=how, by="a-moderator"
        )
        await Looking(served, found_in).follow(QueuedEvent(gone, uuid4(), 1, NOW), how, gone.by)
        # A ban is believed of its own server, whatever that shows a moment later.
        left = {each for each in found_in if how is not Departure.BANNED or each != house}
        assert bool(served.told) is (house in HOUSES and not left)
        for told in served.told:
            assert told.community == COMMUNITY
            assert (told.place.house if told.place else "") == (
                house if how is Departure.BANNED else ""
            )


async def test_a_lifted_ban_is_told_with_where_it_was() -> None:
    for house, found_in in product((*HOUSES, ELSEWHERE), ((), HOUSES)):
        served = Served()
        how = Departure.UNBANNED
        back = Departed(id="1", room="", account="7", sent_at=NOW, house=house, how=how, by="")
        await Looking(served, found_in).follow(QueuedEvent(back, uuid4(), 1, NOW), how, "")
        assert [told.place and told.place.house for told in served.told] == [house]
