"""A place at the end of a line that calls a meeting: "thursday 3pm at Room 4"."""

import re
from collections.abc import Callable

from indaba.contracts.lines import MeetingRead, ReadMeeting
from indaba.conversation.commands.intent import ServiceClient

LONGEST_PLACE = 80
_PLACE = re.compile(
    rf"(?s:.*\S)\s+(?:at|in|@)\s+(?=[^\W\d])(?P<place>[^,;\n]{{2,{LONGEST_PLACE}}})$"
)


async def without_place(
    read: MeetingRead, line: str, asking: Callable[[str], ReadMeeting], services: ServiceClient
) -> tuple[MeetingRead, str, str]:
    """What a doubtful line means without the place at its end, the rest, and the place.

    They are a place only where they say nothing of the time: without them it means the same.
    """
    end = None if read.sure or not read.readings else _PLACE.match(line.rstrip(" ."))
    if end is None:
        return read, line, ""
    rest = re.sub(r"\s+\S+\s*$", "", line[: end.start("place")])
    shorter = await services.ask(asking(rest))
    same = [_when(shorter), shorter.title] == [_when(read), read.title]
    return (shorter, rest, end["place"]) if same else (read, line, "")


def _when(read: MeetingRead) -> list[object]:
    return [(each.starts, each.zone, each.minutes, each.repeat) for each in read.readings]
