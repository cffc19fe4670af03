"""One meeting as an entry of a calendar file (RFC 5545, 3.6.1). Names nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from indaba.contracts.membership import Platform
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import MeetingStatus, RsvpAnswer
from indaba.conversation.wording import Wording, plain
from indaba.portal.hints import in_words
from indaba.portal.model import Answered, Meeting

if TYPE_CHECKING:
    from icalendar import Event


@dataclass(frozen=True, slots=True)
class Setting:
    """What all entries of a calendar share. `page` is the address of the community's page.

    With `for_members`, entries say why a meeting was cancelled.
    """

    name: str
    page: str
    wording: Wording
    platforms: frozenset[Platform] = frozenset(Platform)
    for_members: bool = False


def single(meeting: Meeting, setting: Setting) -> "Event":
    """A meeting that does not repeat."""
    event = entry(meeting, setting)
    event.add("UID", f"{meeting.id}@indaba")
    event.add("SEQUENCE", meeting.sequence)
    return event


def mine(answered: Answered, setting: Setting) -> "Event":
    """A meeting in its reader's own calendar. A yes marks the time as busy, a maybe does not."""
    event = single(answered.meeting, setting)
    event["UID"] = f"{answered.meeting.id}@indaba-mine"
    if answered.meeting.called_off:
        return event
    if answered.answer is RsvpAnswer.MAYBE:
        event["STATUS"] = "TENTATIVE"
    else:
        event["TRANSP"] = "OPAQUE"
    return event


def entry(meeting: Meeting, setting: Setting) -> "Event":
    """The parts of an entry that do not depend on how it is identified."""
    event = described(
        title_of(meeting, setting.wording), meeting.where, _words(meeting, setting), setting
    )
    stamp(event, meeting.stamp)
    event.add("DTSTART", meeting.begins)
    event.add("DURATION", timedelta(minutes=meeting.minutes))
    event.add("STATUS", "CANCELLED" if meeting.called_off else "CONFIRMED")
    return event


def described(title: str, where: str, words: list[str], setting: Setting) -> "Event":
    """An entry with its texts only."""
    from icalendar import Event

    event = Event()
    event.add("SUMMARY", title)
    if place := plain(where):
        event.add("LOCATION", place)
    event.add("DESCRIPTION", "\n".join(words))
    event.add("TRANSP", "TRANSPARENT")
    event.add("URL", setting.page)
    return event


def stamp(event: "Event", moment: datetime) -> None:
    """Set when an entry last changed."""
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        event.add(name, moment.replace(microsecond=0))


def title_of(meeting: Meeting, wording: Wording) -> str:
    """The title on one line; the code if the title was blanked."""
    return plain(meeting.title) or wording.say("Meeting {code}", code=meeting.code)


def how_to_answer(setting: Setting, wanted: Hint) -> list[str]:
    """How to say that one comes."""
    return [
        setting.wording.say(
            "Coming? React 👍, 🤔 or 👎 to the meeting’s card in your community’s room, or type "
            "there: {line} (or maybe, or no).",
            line=in_words(wanted, setting.platforms, setting.wording),
        ),
    ]


def _words(meeting: Meeting, setting: Setting) -> list[str]:
    say, page = setting.wording.say, setting.page
    return [
        *_state(meeting, setting),
        say("Community: {name}", name=setting.name),
        say("Code: {code}", code=meeting.code),
        say("About this meeting: {link}", link=f"{page}/meetings/{meeting.code}"),
        say("All meetings: {link}", link=page),
    ]


def _state(meeting: Meeting, setting: Setting) -> list[str]:
    wording = setting.wording
    if meeting.status is MeetingStatus.CLOSED:
        return [wording.say("This meeting is over.")]
    if meeting.called_off:
        why = plain(meeting.reason) if setting.for_members else ""
        because = [wording.say("Why: {reason}", reason=why)] if why else []
        return [wording.say("Called off: this meeting does not take place."), *because]
    return how_to_answer(setting, hint("yes", code=meeting.code))
