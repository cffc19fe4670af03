"""One meeting as an entry of a calendar file (RFC 5545, 3.6.1). Names nobody."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

from indaba.contracts.membership import Platform
from indaba.contracts.refusal import Hint, hint
from indaba.contracts.scheduling import MeetingStatus, RsvpAnswer
from indaba.conversation.wording import Wording, plain
from indaba.portal.hints import in_words
from indaba.portal.joining import join_link
from indaba.portal.model import Answered, Meeting

if TYPE_CHECKING:
    from icalendar import Event


class Reader(NamedTuple):
    """Who reads a calendar, and in which month (its first day).

    Members read why a meeting was cancelled. `one_by_one` is for apps that read rules or zones in a
    way of their own, such as Outlook: each date of the next year alone, in UTC.
    """

    month: date
    is_member: bool = False
    one_by_one: bool = False

    @classmethod
    def at(cls, moment: datetime, *, is_member: bool = False, one_by_one: bool = False) -> Self:
        """Who reads it at a given moment."""
        return cls(moment.date().replace(day=1), is_member, one_by_one)


@dataclass(frozen=True, slots=True)
class Setting:
    """What all entries of a calendar share. `page` is the community's page, if it has one."""

    name: str
    page: str
    wording: Wording
    reader: Reader
    platforms: frozenset[Platform] = frozenset(Platform)


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
    begin(event, meeting.begins, setting)
    event.add("DURATION", timedelta(minutes=meeting.minutes))
    event.add("STATUS", "CANCELLED" if meeting.called_off else "CONFIRMED")
    return event


def described(title: str, where: str, words: list[str], setting: Setting) -> "Event":
    """An entry with its texts only."""
    from icalendar import Event, vUri

    event = Event()
    event.add("SUMMARY", title)
    if place := plain(where):
        event.add("LOCATION", place)
    if link := join_link(place):
        label = setting.wording.say("Join")
        event.add("CONFERENCE", vUri(link), {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": label})
    event.add("DESCRIPTION", "\n".join(words))
    event.add("TRANSP", "TRANSPARENT")
    if setting.page:
        event.add("URL", setting.page)
    return event


def begin(event: "Event", at: datetime, setting: Setting) -> None:
    """Set when an entry begins."""
    event.add("DTSTART", at.astimezone(UTC) if setting.reader.one_by_one else at)


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
    about = say("About this meeting: {link}", link=f"{page}/meetings/{meeting.code}")
    return [
        *_state(meeting, setting),
        say("Community: {name}", name=setting.name),
        say("Code: {code}", code=meeting.code),
        *([about] if page else []),
        *where_all_are(setting),
    ]


def where_all_are(setting: Setting) -> list[str]:
    """The link to the community's page, if it has one."""
    return [setting.wording.say("All meetings: {link}", link=setting.page)] if setting.page else []


def _state(meeting: Meeting, setting: Setting) -> list[str]:
    wording = setting.wording
    if meeting.status is MeetingStatus.CLOSED:
        return [wording.say("This meeting is over.")]
    if meeting.called_off:
        why = plain(meeting.reason) if setting.reader.is_member else ""
        because = [wording.say("Why: {reason}", reason=why)] if why else []
        return [wording.say("Called off: this meeting does not take place."), *because]
    return how_to_answer(setting, hint("yes", code=meeting.code))
