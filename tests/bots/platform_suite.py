"""What every chat platform promises a conversation. Each platform's tests inherit it.

As drivers do in the field: one suite, and a class per platform that says where it is tried.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from indaba.conversation.answer import Answer, Choice, Choices, Facts, Items, Picture, Text
from indaba.conversation.commands.topics.scheduling import NextMeeting
from indaba.conversation.delivery.chat_events import FileSent
from indaba.conversation.delivery.platform import (
    CannotPost,
    CannotRead,
    ChatPlatform,
    Post,
    PostKind,
)

NAMES = ("thand", "lindi", "zz")
"""How whoever runs the room is called on one platform or the other, and nobody."""


@dataclass
class Trial:
    """A platform in one room: who runs it, who does not, and the words that are up there now.

    `elsewhere` is a room in which it may not post.
    """

    platform: ChatPlatform
    room: str
    owner: str
    other: str
    elsewhere: str
    texts: Callable[[], Awaitable[list[str]]]

    def post(self, key: str, *words: str) -> Post:
        return Post(
            key, PostKind.MESSAGE, self.room, dict(self.platform.draw(Answer.of(*words))[0])
        )


class PlatformSuite:
    """The promises of `ChatPlatform`. A subclass gives the fixture `trial`."""

    knows_keys = True
    """Whether this platform, as it is tried here, recognises a key that it was handed before."""

    pings = "@room"
    """What would notify everybody."""

    async def test_an_answer_is_drawn_as_posts_with_its_files_last(self, trial: Trial) -> None:
        choice = Choices((Choice("The next meeting", "1️⃣", NextMeeting()),))
        blocks = (Text("Words"), Facts((("When", "now"),)), Items(("one", "two")), choice)
        drawn = trial.platform.draw(Answer((*blocks, Picture(b"png", "a map"))))

        assert drawn
        assert "Words" in str(drawn[0])
        assert "one" in str(drawn[0])
        assert not any("a map" in str(content) for content in drawn[:-1])
        assert "a map" in str(drawn[-1])

    async def test_words_are_posted_and_replaced(self, trial: Trial) -> None:
        message = await trial.platform.post(trial.post("first", "a card"))
        edit = replace(trial.post("second", "a newer one"), kind=PostKind.EDIT, target=message)
        await trial.platform.post(edit)

        found = await trial.texts()
        assert message
        assert any("a newer one" in text for text in found)
        assert not any(text == "a card" for text in found)

    async def test_a_key_is_posted_once(self, trial: Trial) -> None:
        if not self.knows_keys:
            pytest.skip("the simulation knows no nonces; the drills' Discord does")
        post = trial.post("again", "only once")
        message = await trial.platform.post(post)

        assert await trial.platform.post(replace(post, retried=True)) == message
        assert sum("only once" in text for text in await trial.texts()) == 1

    async def test_a_message_takes_a_sign(self, trial: Trial) -> None:
        message = await trial.platform.post(trial.post("signed", "to be signed"))
        sign = Post("sign", PostKind.REACTION, trial.room, {"emoji": "👍"}, target=message)

        await trial.platform.post(sign)  # raises where it cannot

    async def test_a_room_that_is_closed_to_us_is_given_up(self, trial: Trial) -> None:
        if not trial.elsewhere:
            pytest.skip("no room is closed to it")
        with pytest.raises(CannotPost):
            await trial.platform.post(replace(trial.post("never", "hello"), room=trial.elsewhere))

    async def test_who_runs_the_room_is_known(self, trial: Trial) -> None:
        assert await trial.platform.has_power(trial.room, trial.owner)
        if trial.other:
            assert not await trial.platform.has_power(trial.room, trial.other)

    async def test_people_are_found_by_the_beginning_of_a_name_and_nobody_else(
        self, trial: Trial
    ) -> None:
        found = {name: await trial.platform.people_called(trial.room, name) for name in NAMES}
        if trial.other:
            begun = next(name for name, people in found.items() if people)
            [owner] = found[begun]
            assert owner.account == trial.owner
            assert any(name.casefold().startswith(begun) for name in owner.names)
        assert found["zz"] == found["zz"][:0]

    async def test_what_is_not_there_is_not_found(self, trial: Trial) -> None:
        on_matrix = trial.room.startswith("!")
        nowhere, nothing = ("#nowhere:example.invalid", "$no") if on_matrix else ("1", "1")

        assert await trial.platform.message_at(trial.room, nothing) is None
        if trial.elsewhere:
            assert await trial.platform.room_at(nowhere) == ""
        assert await trial.platform.bridged_room(trial.room) is None
        with pytest.raises(CannotRead):
            async for _ in trial.platform.open_file(FileSent("https://example.invalid/x", "x")):
                pass

    async def test_nobody_is_notified_by_what_people_type(self, trial: Trial) -> None:
        contents = trial.platform.draw(Answer.of(f"{self.pings} <@&1> <b>now</b>"))

        assert not _notified(contents[0])

    async def test_those_named_are_notified_and_nobody_else(self, trial: Trial) -> None:
        contents = trial.platform.draw(Answer((Text("Come"),), mentions=(trial.owner,)))

        assert _notified(contents[0]) == [trial.owner]


def _notified(content: dict[str, Any]) -> list[str]:
    """Whom a message notifies, by either platform's own field."""
    if "m.mentions" in content:
        mentions = content["m.mentions"]
        assert not mentions.get("room")
        return list(mentions.get("user_ids", []))
    return list(content.get("pings", []))
