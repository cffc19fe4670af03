"""Rooms that a bridge makes one with a Discord channel: its cards are answered here too."""

from dataclasses import replace

from indaba.conversation.cards.rsvp_words import answer_of, code_in, short_reply
from indaba.conversation.delivery.chat_events import ChatEvent, MessageSent, ReactionAdded
from indaba.matrix_bot.client import HomeserverFailed
from indaba.matrix_bot.past import Past, text_in
from indaba.matrix_bot.rooms import RoomFacts


class BridgedRooms:
    """Hears what people answer to what a bridge carried over."""

    def __init__(self, past: Past) -> None:
        self._past = past

    async def meant(self, event: ChatEvent, facts: RoomFacts) -> ChatEvent:
        """The event, addressed to us where it answers a bridged card. Raises `Wait`.

        The card is Discord's and not among ours, so the code in its words says which meeting.
        """
        if not isinstance(event, MessageSent | ReactionAdded) or facts.twin is None:
            return event
        answer, guests = _answer_in(event)
        code = await self._code_on(event, facts) if answer else ""
        return replace(event, addressed=f"meeting {answer} {code}{guests}") if code else event

    async def _code_on(self, event: ChatEvent, facts: RoomFacts) -> str:
        """The meeting on what was reacted or replied to, or on what the thread is about."""
        for name in dict.fromkeys((event.target, event.thread)):
            try:
                card = await self._past.message(event.room, name) if name else None
            except HomeserverFailed:  # one message that it trips over must not stop the hearing
                card = None
            if card is None or not facts.is_ghost(card["sender"]):
                continue
            if code := code_in(text_in(card["content"])):
                return code
        return ""


def _answer_in(event: MessageSent | ReactionAdded) -> tuple[str | None, str]:
    """The word that a reaction or a reply means (yes, maybe or no), and how guests are typed."""
    if event.addressed is not None or not (event.target or event.thread):
        return None, ""
    if isinstance(event, ReactionAdded):
        return answer_of(event.emoji), ""
    short = short_reply(event.text)
    if short is None:
        return None, ""
    return short.answer, "" if short.guests is None else f" +{short.guests}"
