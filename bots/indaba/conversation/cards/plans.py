"""What those read whose plans for a meeting have changed."""

from indaba.contracts.plans import PlanChange, PlansChanged
from indaba.contracts.scheduling import MeetingFacts
from indaba.conversation.answer import Answer, Audience, Text
from indaba.conversation.times import say_start
from indaba.conversation.wording import Wording, plain

WORDS = {
    PlanChange.MOVED: "{title} ({code}) was moved. It is now: {when}",
    PlanChange.CANCELLED: "{title} ({code}) is called off.",
    PlanChange.RESTORED: "{title} ({code}) takes place after all: {when}",
    PlanChange.PLACE: "{title} ({code}) is somewhere else now: {where}",
    PlanChange.EARLY: "{title} ({code}) has begun, earlier than planned.",
}
CALLED_OFF_WHY = "{title} ({code}) is called off: {why}"
NO_PLACE = "{title} ({code}) has no place any more. It is still: {when}"
LATE = "This changed in your quiet hours."
WHERE_NOW = "Where: {where}"


def changed(
    meeting: MeetingFacts, event: PlansChanged, mentions: tuple[str, ...], locale: str = "en"
) -> Answer:
    """What has changed, by name; after quiet hours also where it is, as that may have changed."""
    wording = Wording(locale)
    where = plain(meeting.where)
    words = wording.say(
        _words_for(event.what, meeting),
        title=plain(meeting.title),
        code=meeting.code,
        when=say_start(meeting, wording.locale),
        where=where,
        why=plain(meeting.reason),
    )
    blocks = [Text(words)]
    if event.late:
        blocks.append(Text(wording.say(LATE)))
        if where and event.what is not PlanChange.CANCELLED:
            blocks.append(Text(wording.say(WHERE_NOW, where=where)))
    return Answer(
        tuple(blocks), Audience.ROOM, card=meeting.id, loud=bool(mentions), mentions=mentions
    )


def _words_for(what: PlanChange, meeting: MeetingFacts) -> str:
    if what is PlanChange.CANCELLED and meeting.reason:
        return CALLED_OFF_WHY
    if what is PlanChange.PLACE and not meeting.where:
        return NO_PLACE
    return WORDS[what]
