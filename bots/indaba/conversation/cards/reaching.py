"""Asks how people are reached in many communities at once, so that a flood is few questions."""

from collections.abc import Iterable, Iterator, Mapping

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform
from indaba.contracts.reaching import MOST_REACHED, Reach, ReachMembers
from indaba.conversation.commands.intent import ServiceClient

Wanted = Mapping[CommunityId, Iterable[MemberId]]


async def reach(
    services: ServiceClient, platform: Platform, wanted: Wanted
) -> dict[CommunityId, Reach]:
    """Per community that is still there, its locale and the accounts of whom is wanted there.

    `services` asks as a face, and for at most 100 communities. Raises what asking raises.
    """
    reached: dict[CommunityId, Reach] = {}
    for part in _parts(wanted):
        shown = await services.ask(ReachMembers(platform=platform, wanted=part))
        for community, there in shown.communities.items():
            earlier = reached[community].accounts if community in reached else {}
            reached[community] = there.model_copy(update={"accounts": earlier | there.accounts})
    return reached


def _parts(wanted: Wanted) -> Iterator[dict[CommunityId, tuple[MemberId, ...]]]:
    """All that is wanted, in parts of as many members as one question takes."""
    part: dict[CommunityId, tuple[MemberId, ...]] = {}
    room = MOST_REACHED
    for community, members in wanted.items():
        left = tuple(dict.fromkeys(members))
        while len(left) > room:
            yield part | {community: left[:room]}
            part, left, room = {}, left[room:], MOST_REACHED
        part[community] = left
        room -= len(left)
    if part:
        yield part
