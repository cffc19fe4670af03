"""Somebody in a Matrix room, for journeys."""

from typing import Any

from bots.matrix_people import Person
from bots.matrix_town import Town
from workshop import until

POLL_START = "org.matrix.msc3381.poll.start"
POLL_RESPONSE = "org.matrix.msc3381.poll.response"


class Seat:
    """Somebody sitting in the room, who talks to the bot and reads what it says."""

    def __init__(self, town: Town, person: Person, room: str) -> None:
        self.town = town
        self.person = person
        self.room = room

    async def ask(self, line: str, **content: Any) -> str:
        """Type a line; gives the text of the one answer."""
        message = await self.person.say(self.room, line, **content)
        return str((await self.town.answer(self.person, self.room, message))["content"]["body"])

    async def pick(self, line: str, emoji: str) -> str:
        """Type a line, react to its answer, and give what the bot says to that."""
        message = await self.person.say(self.room, line)
        offer = await self.town.answer(self.person, self.room, message)
        await self.person.react(self.room, offer["event_id"], emoji)
        return str(
            (await self.town.answer(self.person, self.room, offer["event_id"]))["content"]["body"]
        )

    async def hears(self, words: str) -> dict[str, Any]:
        """The bot's message with these words, once it is there."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            spoken = await self.town.spoken(self.person, self.room)
            found[:] = [e for e in spoken if words in e["content"]["body"]]
            return bool(found)

        await until(there, 20)
        return found[0]

    async def card_shows(self, words: str) -> None:
        """Wait until the card, as it was last edited, has these words."""

        async def shown() -> bool:
            edits = [
                e["content"]["m.new_content"]["body"]
                for e in await self.person.events(self.room, self.town.bot_account)
                if "m.new_content" in e["content"]
            ]
            return bool(edits) and words in edits[-1]

        await until(shown, 20)

    async def poll(self) -> str:
        """The poll that the bot opened, once it is there."""
        found: list[str] = []

        async def there() -> bool:
            events = await self.person.events(self.room, self.town.bot_account)
            found[:] = [e["event_id"] for e in events if e["type"] == POLL_START]
            return bool(found)

        await until(there, 20)
        return found[0]

    async def choose(self, poll: str, answer: str) -> None:
        """Choose in a poll, as apps do."""
        relation = {"rel_type": "m.reference", "event_id": poll}
        content = {"m.relates_to": relation, POLL_RESPONSE: {"answers": [answer]}}
        await self.person.send(self.room, POLL_RESPONSE, content)


def wake_timers(town: Town) -> None:
    for service in town._services:
        service._timers.wake.ring()
