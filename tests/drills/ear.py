"""What somebody says in a room, heard from where one last listened: a room of thousands is long."""

import json
from collections import Counter
from urllib.parse import quote

from bots.matrix_people import Person, replied_to

PAGE = "100"


class Ear:
    """Counts one account's answers in a room, edits apart."""

    def __init__(self, person: Person, room: str, account: str) -> None:
        self._person = person
        self._path = f"/rooms/{quote(room)}/messages"
        self._filter = json.dumps({"senders": [account], "types": ["m.room.message"]})
        self._from: dict[str, str] = {}
        self._answers: dict[str, str] = {}

    async def heard(self) -> Counter[str]:
        """How often each message was answered by now."""
        while True:
            page = await self._person.ask(
                "GET", self._path, dir="f", limit=PAGE, filter=self._filter, **self._from
            )
            for event in page["chunk"]:
                if event["content"].get("m.relates_to", {}).get("rel_type") != "m.replace":
                    self._answers[event["event_id"]] = replied_to(event)
            there = page.get("end")
            if there is None or there == self._from.get("from"):
                return Counter(self._answers.values())
            self._from = {"from": there}
