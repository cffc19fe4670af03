"""What a release brings that is new for facilitators, in at most three lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from indaba.contracts.refusal import HINT, Hint, hint
from indaba.conversation.answer import Answer, Audience, Items, Text
from indaba.conversation.commands.hints import put_in
from indaba.conversation.commands.intent import Intent
from indaba.conversation.wording import Wording, plain

MOST_LINES = 3
LONGEST = 120
"""Letters in a line as it is read, hint and all: three rows on a phone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence; `{hint}` in it is what to type."""

    words: str
    hint: Hint | None = None

    def written(self, wording: Wording, prefix: str, intents: Sequence[type[Intent]]) -> str:
        """The sentence as it is read where a line begins with `prefix`."""
        return put_in(wording.say(self.words, hint=HINT), self.hint, prefix, intents)


RELEASE = "0.1.0"
"""The release that the lines below are of; tests compare it with the version of this program."""

LINES = (
    Line("To call off, move or erase, answer that very message or type its word, not just yes."),
    Line("What is for one person I say only where nobody else reads. Try it: {hint}",
         hint("me sign-in")),
    Line("Connect a second room, and its first cards are your next meetings: {hint}",
         hint("cop invite")),
)  # fmt: skip
"""Written anew for each release: what its facilitators can do now, most useful first."""


def news(
    community: str, wording: Wording, prefix: str, intents: Sequence[type[Intent]], *, alone: bool
) -> Answer:
    """What is new. `alone` says that it is read in a direct chat and not by a whole room."""
    say = wording.say
    lead = say("For the facilitators of {name}: Indaba {release} is here. New for you:",
               name=plain(community), release=RELEASE)  # fmt: skip
    lines = tuple(line.written(wording, prefix, intents) for line in LINES)
    more = say("Everything that changed is in Indaba's CHANGELOG.md.")
    return Answer(
        (Text(lead), Items(lines), Text(more)), Audience.ASKER if alone else Audience.ROOM
    )
