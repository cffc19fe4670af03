"""What facilitators are asked about what was open to everybody before there was a choice."""

from datetime import datetime
from zoneinfo import ZoneInfo

from indaba.contracts.membership import CommunityCard
from indaba.contracts.openness import Part
from indaba.contracts.publishing import Publication
from indaba.conversation.answer import Answer, Audience, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.hints import typed_line
from indaba.conversation.commands.open_parts import PARTS
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.publishing import CloseNow, KeepOpen
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain


def what_stays_open(
    community: CommunityCard,
    publication: Publication,
    until: datetime,
    link: str,
    wording: Wording,
) -> Answer:
    """What everybody sees still, and the choice, for a facilitator who reads it alone."""
    say = wording.say
    options = (
        Choice(say("Publish all this"), "✅", KeepOpen(), Style.MAIN),
        Choice(say("Close it now"), "🔒", CloseNow()),
    )
    blocks = (
        *_asked(community, publication, until, wording),
        Text(say("It is at {link}", link=link)),
    )
    return Answer((*blocks, Choices(options)))


def what_stays_open_aloud(
    community: CommunityCard,
    publication: Publication,
    until: datetime,
    prefix: str,
    wording: Wording,
) -> Answer:
    """The same for a room, where no facilitator has a chat of their own with us."""
    say = wording.say
    publish = typed_line("cop publish page", prefix, INTENTS)
    close = typed_line("cop unpublish page", prefix, INTENTS)
    how = say("To publish or close one of them: {publish} or {close}", publish=publish, close=close)
    blocks = (*_asked(community, publication, until, wording), Text(how))
    return Answer(blocks, Audience.ROOM)


def _asked(
    community: CommunityCard, publication: Publication, until: datetime, wording: Wording
) -> tuple[Text, Items, Text]:
    say, undecided = wording.say, publication.undecided()
    lead = say(
        "For the facilitators of {name}: until now, whoever had the link could see this without "
        "signing in. Now you decide about it.",
        name=plain(community.name),
    )
    day = say_day(until.astimezone(ZoneInfo(community.zone)).date(), wording.locale)
    end = say("What you have not published by {day} is then for members only.", day=day)
    parts = tuple(say(PARTS[part]) for part in Part if part in undecided)
    return Text(lead), Items(parts), Text(end)
