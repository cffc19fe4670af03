"""A time that could not be read surely: asked for again, or several readings to pick from."""

from collections.abc import Sequence
from dataclasses import replace

from indaba.contracts.lines import MeetingReading
from indaba.contracts.series import RepeatReading
from indaba.contracts.times import Reading
from indaba.conversation.answer import Answer, Text
from indaba.conversation.commands.in_parts import InParts
from indaba.conversation.commands.intent import Intent, question
from indaba.conversation.commands.numbered import numbered
from indaba.conversation.times import say_when
from indaba.conversation.wording import Wording, plain


def asked_again(intent: InParts, doubt: str, before: str, wording: Wording) -> Answer:
    """The question for the time again, with the reason; what was said is read with the answer."""
    why = plain(doubt) or "I found no time in that."
    filled = intent.model_dump(mode="json", exclude_defaults=True)
    ask = question(type(intent), filled, "when", wording, wording.foreign(why))
    return Answer((replace(ask, before=before),))


def pick_reading(
    found: Sequence[Reading], ready: Sequence[Intent], doubt: str, wording: Wording
) -> Answer:
    """Which of several readings is meant: the doubt, and a numbered choice for each."""
    return _picks([_in_words(each, wording) for each in found], ready, doubt, wording)


def pick_meeting(
    found: Sequence[MeetingReading], ready: Sequence[Intent], doubt: str, wording: Wording
) -> Answer:
    """Which of several readings of a whole line is meant; with titles where they differ."""
    titled = len({reading.title for reading in found}) > 1
    labels = [_line_in_words(each, wording, titled=titled) for each in found]
    return _picks(labels, ready, doubt, wording)


def pick_repeat(
    found: Sequence[RepeatReading], ready: Sequence[Intent], doubt: str, wording: Wording
) -> Answer:
    """Which of several patterns is meant; of a single one, whether it is."""
    return _picks([plain(each.words) for each in found], ready, doubt, wording)


def _picks(labels: Sequence[str], ready: Sequence[Intent], doubt: str, wording: Wording) -> Answer:
    shown = [wording.say("{when}", when=label) for label in labels]
    why = plain(doubt) or "I am not sure which time you mean."
    lead = (Text(wording.foreign(why)), Text(wording.say("Which one is it?")))
    return Answer((*lead, numbered(shown, ready, wording.say("None of these"))))


def _line_in_words(reading: MeetingReading, wording: Wording, *, titled: bool) -> str:
    when = say_when(reading.starts, reading.zone, wording.locale)
    if reading.repeat is not None:
        when = wording.say("{often}, first {when}", often=plain(reading.repeat.words), when=when)
    if reading.minutes is not None:
        when = wording.say("{when}, {long}", when=when, long=wording.length(reading.minutes))
    return wording.say("{title}: {when}", title=plain(reading.title), when=when) if titled else when


def _in_words(reading: Reading, wording: Wording) -> str:
    return say_when(reading.starts, reading.zone, wording.locale)
