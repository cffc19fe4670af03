"""What a community's rooms read about how many people its figures stand for."""

from indaba.contracts.group_sizes import (
    GroupSizeAsked,
    GroupSizeChanged,
    GroupSizeShown,
    GroupSizeTakenBack,
    WaitingSize,
)
from indaba.contracts.membership import PassportIssued
from indaba.conversation.answer import Answer, Audience, Text
from indaba.conversation.commands.hints import typed_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.small_groups import SmallGroupsBack, take_it_back
from indaba.conversation.times import say_for
from indaba.conversation.wording import Wording, plain

Decided = GroupSizeAsked | GroupSizeTakenBack | GroupSizeChanged
DECIDED = (GroupSizeAsked, GroupSizeTakenBack, GroupSizeChanged)


def announced(
    event: Decided, shown: GroupSizeShown, issued: PassportIssued, prefix: str
) -> tuple[Answer, ...]:
    """What was decided; nothing if something else has been decided since."""
    wording = Wording(issued.passport.locale)
    say, name = wording.say, plain(issued.community.name if issued.community else "")
    match event:
        case GroupSizeAsked():
            if shown.waiting != WaitingSize(size=event.size, begins_at=event.begins_at):
                return ()
            words = say(
                "A facilitator asked that figures of {name} stand for {n} people or more on each "
                "side; now it is {now}. It begins on {when}.",
                name=name,
                n=event.size,
                now=event.now,
                when=say_for(event.begins_at, issued.passport.zone, wording.locale),
            )
            line = typed_line(SmallGroupsBack.example, prefix, INTENTS)
            return (Answer((Text(words), *take_it_back(line, wording)), Audience.ROOM),)
        case GroupSizeTakenBack():
            if shown.waiting is not None or shown.size != event.now:
                return ()
            words = "Figures of {name} go on standing for {now} people or more: {n} was taken back."
            facts = {"name": name, "now": event.now, "n": event.size}
        case GroupSizeChanged():
            if shown.size != event.size:
                return ()
            words = "From now on, figures of {name} stand for {n} people or more; it was {before}."
            facts = {"name": name, "n": event.size, "before": event.before}
    return (Answer((Text(say(words, **facts)),), Audience.ROOM),)
