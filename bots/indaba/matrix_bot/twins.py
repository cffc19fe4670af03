"""Rooms that a bridge makes one with a Discord channel: its cards are answered here too."""

from dataclasses import replace

from indaba.conversation.notice import answer_of, code_in, reply_answer
from indaba.conversation.platform import Kind, Said
from indaba.matrix_bot.client import HomeserverFailed
from indaba.matrix_bot.past import Past, text_in
from indaba.matrix_bot.rooms import RoomFacts


class Twins:
    """Hears what people answer to what a bridge carried over."""

    def __init__(self, past: Past) -> None:
        self._past = past

    async def meant(self, said: Said, facts: RoomFacts) -> Said:
        """What was said, addressed to us where it answers a bridged card. Raises `Wait`.

        The card is Discord's and not among ours, so the code in its words says which meeting.
        """
        answer = _answer_in(said)
        if answer is None or facts.twin is None:
            return said
        code = await self._code_on(said, facts)
        return replace(said, addressed=f"meeting {answer} {code}") if code else said

    async def _code_on(self, said: Said, facts: RoomFacts) -> str:
        """The meeting on what was reacted or replied to, or on what the thread is about."""
        for name in dict.fromkeys((said.about, said.thread)):
            try:
                card = await self._past.message(said.room, name) if name else None
            except HomeserverFailed:  # one message that it trips over must not stop the hearing
                card = None
            if card is None or not facts.is_ghost(card["sender"]):
                continue
            if code := code_in(text_in(card["content"])):
                return code
        return ""


def _answer_in(said: Said) -> str | None:
    """The word that a reaction or a reply means: yes, maybe or no."""
    if said.addressed is not None or not (said.about or said.thread):
        return None
    match said.kind:
        case Kind.REACTION:
            return answer_of(said.text)
        case Kind.MESSAGE:
            return reply_answer(said.text)
    return None
