"""A series in words, with its dates to come."""

from indaba.contracts.series import SeriesShown
from indaba.conversation.answer import Answer, Items, Text
from indaba.conversation.times import say_start
from indaba.conversation.wording import Wording, plain


def dates_shown(shown: SeriesShown, wording: Wording) -> Answer:
    """A series in words, with its dates to come."""
    say = wording.say
    lead = say(
        "{title}: {words}.", title=plain(shown.series.title), words=plain(shown.series.words)
    )
    lines = tuple(
        say("{code}: {when}", code=m.code, when=say_start(m, wording.locale))
        for m in shown.meetings
    )
    return Answer((Text(lead), Items(lines)) if lines else (Text(lead),))
