"""A meeting in words, for cards and answers alike. Pure: no choices, no prefix, no clock."""

from indaba.contracts.scheduling import MeetingFacts, MeetingStatus
from indaba.conversation.answer import Text
from indaba.conversation.times import say_start, say_when
from indaba.conversation.wording import Wording, plain


def states_of(meeting: MeetingFacts, wording: Wording) -> tuple[Text, ...]:
    """What must be known first: called off, over, or moved. Empty for a meeting as planned."""
    say = wording.say
    if meeting.status is MeetingStatus.CANCELLED:
        lead = Text(say("Called off: this meeting does not take place."))
        why = plain(meeting.reason)
        return (lead, Text(say("Why: {reason}", reason=why))) if why else (lead,)
    if meeting.status is MeetingStatus.CLOSED:
        return (Text(say("This meeting is over.")),)
    if meeting.status is MeetingStatus.LIVE:
        return (Text(say("On now.")),)
    if meeting.moved_from is not None:
        before = say_when(meeting.moved_from, meeting.zone, wording.locale)
        return (Text(say("This meeting was moved. It was: {when}", when=before)),)
    return ()


def counts_of(meeting: MeetingFacts, wording: Wording) -> str:
    """How many said what, in words: `3 coming, 1 maybe`."""
    n = meeting.counts
    said = (
        (n.yes, "{n} coming", "{n} coming"),
        (n.guests, "{n} guest", "{n} guests"),
        (n.waiting, "{n} waiting for a place", "{n} waiting for a place"),
        (n.maybe, "{n} maybe", "{n} maybe"),
        (n.no, "{n} not this time", "{n} not this time"),
        (n.checked_in, "{n} checked in", "{n} checked in"),
        (n.walk_ins, "{n} walk-in", "{n} walk-ins"),
    )
    parts = [wording.count(number, one, many) for number, one, many in said if number]
    return ", ".join(parts) or wording.say("nobody has answered yet")


def facts_of(meeting: MeetingFacts, wording: Wording) -> tuple[tuple[str, str], ...]:
    """Title, time in the meeting's zone, place, length, who comes, roles and code."""
    say = wording.say
    rows = (
        (say("Meeting"), plain(meeting.title)),
        (say("When"), say_start(meeting, wording.locale)),
        (say("Repeats"), plain(meeting.repeats)),
        (say("Where"), plain(meeting.where)),
        (say("How long"), wording.length(meeting.minutes)),
        (say("Who comes"), counts_of(meeting, wording)),
        (say("Places"), _places(meeting, wording)),
        (say("Roles"), roles_of(meeting, wording)),
        (say("Code"), meeting.code),
    )
    return tuple((label, value) for label, value in rows if value)


def _places(meeting: MeetingFacts, wording: Wording) -> str:
    """How many places are free, if there is a limit."""
    if not meeting.capacity:
        return ""
    taken = meeting.counts.yes + meeting.counts.guests
    free = max(0, meeting.capacity - taken)
    return wording.say("{free} of {all} free", free=str(free), all=str(meeting.capacity))


def roles_of(meeting: MeetingFacts, wording: Wording) -> str:
    """Roles for the day, with those still free marked."""
    free = wording.say("free")
    return ", ".join(
        plain(role.name) if role.member else f"{plain(role.name)} ({free})"
        for role in meeting.roles
    )
