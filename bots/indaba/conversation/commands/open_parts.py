"""What of a community the world sees, in words."""

from indaba.contracts.openness import Part
from indaba.conversation.wording import Wording

PARTS = {
    Part.PAGE: "the community's page",
    Part.CALENDAR: "the calendar of all meetings",
    Part.EARLIER: "highlights and links from before there was a choice",
}


def seen_by_all(parts: frozenset[Part], wording: Wording) -> str:
    """What the world sees of a community, in a sentence."""
    if not parts:
        return wording.say("Only members see the community's pages, once they are signed in.")
    named = ", ".join(wording.say(PARTS[part]) for part in Part if part in parts)
    return wording.say("Everybody sees: {parts}. All else is for members.", parts=named)
