import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from nio.crypto import encrypt_attachment

from bots.matrix_people import Person, SealedPerson, replied_to
from bots.matrix_town import Town
from indaba.contracts.library import MOST_BYTES, FindResources, ResourceFacts, ShowResource
from indaba.contracts.limits import MEMBERS_FILES, SAVED_A_DAY
from indaba.contracts.membership import PassportIssued
from indaba.conversation.delivery.chat_events import FileSent
from indaba.conversation.delivery.platform import CannotRead
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
PDF = b"%PDF-1.7 fractions with bottle tops" + bytes(200_000)
ENCRYPTION = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    there = Town(synapse, engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town, tmp_path: Path) -> AsyncIterator[Town]:
    await place.expect_a_bot()
    place.keys_folder = str(tmp_path / "keys")
    await place.start_bot()
    yield place
    await place.farewell()


class Circle:
    """A community in a room: Thandi runs it, Sipho is a member, Lerato only sits there."""

    def __init__(self, town: Town, room: str, people: tuple[Person, Person, Person]) -> None:
        self.town = town
        self.room = room
        self.thandi, self.sipho, self.lerato = people
        self.passport: PassportIssued

    async def types(self, who: Person, line: str, **content: Any) -> str:
        """Type a line and read the answer."""
        said = await who.say(self.room, line, **content)
        return str((await self.town.answer(who, self.room, said))["content"]["body"])

    async def found(self, words: str = "") -> list[ResourceFacts]:
        return [*(await self.town.ask(FindResources(words=words), self.passport)).resources]

    async def picks(self, who: Person, message: str, emoji: str) -> str:
        """React to a message once the emoji is there to be pressed, and read the answer."""

        async def seeded() -> bool:
            return emoji in await _seeds(self.town, who, self.room, message)

        await until(seeded, 20)
        await who.react(self.room, message, emoji)
        return str((await self.town.answer(who, self.room, message))["content"]["body"])


@pytest_asyncio.fixture(loop_scope="module")
async def circle(town: Town) -> Circle:
    people = (await town.person("thandi"), await town.person("sipho"), await town.person("lerato"))
    thandi, sipho, lerato = people
    room = await town.room_with_bot(thandi, preset="public_chat")
    await sipho.join(room)
    await lerato.join(room)
    there = Circle(town, room, people)
    there.passport = await town.founded(thandi, room)
    await town.joined(sipho, room)
    return there


async def test_a_link_is_saved_found_shared_and_used_by_typed_lines(circle: Circle) -> None:
    for n in range(5):
        line = f"!cop save https://example.org/fractions-{n} Fractions that worked, part {n}"
        saved = await circle.types(circle.thandi, line)
        assert re.search(r"Saved as R[0-9A-Z]+", saved), saved
    code = re.findall(r"Saved as (R\w+)", saved)[0]
    asked = await circle.sipho.say(circle.room, "!cop find fractions")
    answer = await circle.town.answer(circle.sipho, circle.room, asked)
    assert "1-3 of 5" in answer["content"]["body"]
    assert "4-5 of 5" in await circle.picks(circle.sipho, answer["event_id"], "➡️")
    assert "changed to fit" in await circle.types(circle.sipho, f"!cop used {code} adapted")
    assert "https://example.org" in await circle.types(circle.sipho, f"!cop resource share {code}")
    shown = await circle.town.ask(ShowResource(code=code), circle.passport)
    assert (shown.resource.counts.people, shown.uses) == (None, ())


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("where", ["room", "thread", "opened thread"])
async def test_a_members_message_is_saved_by_a_reply_and_its_author_can_take_it_out(
    circle: Circle, where: str
) -> None:
    root = await circle.sipho.say(circle.room, "who has ideas?")
    relation = {"rel_type": "m.thread", "event_id": root, "m.in_reply_to": {"event_id": root}}
    about = {"m.relates_to": relation} if where == "thread" else {}
    words = await circle.sipho.say(circle.room, "Cut an apple: halves, quarters.", **about)
    answers: dict[str, Any] = {"m.in_reply_to": {"event_id": words}}
    if where == "thread":
        answers |= {"rel_type": "m.thread", "event_id": root, "is_falling_back": False}
    if where == "opened thread":
        answers |= {"rel_type": "m.thread", "event_id": words, "is_falling_back": True}
    reply = await circle.thandi.say(
        circle.room, "> <@sipho> Cut\n\n!cop save It worked", **{"m.relates_to": answers}
    )
    told = await circle.town.answer(circle.thandi, circle.room, reply)
    assert "your message was saved" in told["content"]["body"]
    assert told["content"]["m.mentions"] == {"user_ids": [circle.sipho.account]}
    [resource] = await circle.found("apple")
    assert resource.quote
    assert (resource.quote.text, resource.why) == ("Cut an apple: halves, quarters.", "It worked")
    await circle.picks(circle.sipho, told["event_id"], "❌")

    async def asked_once_more() -> bool:
        return not await circle.found("apple")

    (again,) = await circle.town.answers(circle.sipho, circle.room, told["event_id"])
    await circle.sipho.react(circle.room, again["event_id"], "✅")
    await until(asked_once_more, 20)


async def test_words_of_somebody_who_is_no_member_or_from_before_us_are_not_kept(
    circle: Circle,
) -> None:
    town, thandi = circle.town, circle.thandi
    words = await circle.lerato.say(circle.room, "a secret of mine")
    refused = await circle.types(thandi, "!cop save", **_reply(words))
    assert "is not a member here" in refused
    room = await thandi.open_room()
    early = await thandi.say(room, "said among ourselves")
    await thandi.ask("POST", f"/rooms/{quote(room)}/invite", {"user_id": town.bot_account})

    async def greeted() -> bool:
        return bool(await town.spoken(thandi, room))

    await until(greeted, 20)
    platform = town.bots[0].platform
    assert await platform.message_at(room, early) is None
    own = (await town.spoken(thandi, room))[0]["event_id"]
    assert await platform.message_at(room, own) is None
    path = f"/profile/{quote(town.bot_account)}/displayname"
    await town.bot_as_person().ask("PUT", path, {"displayname": "Indaba"})
    assert await platform.message_at(room, early) is None
    late = await thandi.say(room, "said to all")
    await until(lambda: _is_renamed(town, room), 20)
    written = await platform.message_at(room, late)
    assert written
    assert (written.text, written.account) == ("said to all", thandi.account)
    notice = await thandi.send(room, "m.room.message", {"msgtype": "m.notice", "body": "beep"})
    assert await platform.message_at(room, notice) is None
    await thandi.take_back(room, late)
    assert await platform.message_at(room, late) is None
    assert not await circle.found("secret")


async def test_what_was_said_before_our_new_name_but_after_we_came_is_read(town: Town) -> None:
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    said = await thandi.say(room, "between coming and naming")
    path = f"/profile/{quote(town.bot_account)}/displayname"
    await town.bot_as_person().ask("PUT", path, {"displayname": "Indaba"})
    await until(lambda: _is_renamed(town, room), 20)
    assert await town.bots[0].platform.message_at(room, said)


async def test_a_file_is_copied_to_the_shelf_byte_by_byte(circle: Circle) -> None:
    address = await _upload(circle.town, circle.sipho, PDF)
    file = {"msgtype": "m.file", "body": "../bottle tops.pdf", "url": address}
    message = await circle.sipho.send(circle.room, "m.room.message", file)
    saved = await circle.types(circle.thandi, "!cop save Grade 4 liked it", **_reply(message))
    assert "Saved as" in saved
    [resource] = await circle.found("bottle")
    assert resource.file
    assert (resource.file.name, resource.file.media_type) == ("bottle tops.pdf", "application/pdf")
    with circle.town.files.open(resource.file.digest) as kept:
        assert kept.read() == PDF


async def test_a_file_that_is_gone_or_too_large_is_refused_in_words(circle: Circle) -> None:
    gone = {"msgtype": "m.image", "body": "a.png", "url": f"mxc://{_server(circle)}/nothing"}
    message = await circle.sipho.send(circle.room, "m.room.message", gone)
    refused = await circle.types(circle.thandi, "!cop save", **_reply(message))
    assert "cannot read that file" in refused
    large = {**gone, "info": {"size": MOST_BYTES + 1}}
    message = await circle.sipho.send(circle.room, "m.room.message", large)
    refused = await circle.types(circle.thandi, "!cop save", **_reply(message))
    assert "larger than 25 MB" in refused
    assert not await circle.found()


async def test_a_file_for_which_there_is_no_room_is_not_copied(circle: Circle) -> None:
    before = [*circle.town.files.folder.rglob("*")]
    with circle.town.limits({MEMBERS_FILES.name: 5}):
        address = await _upload(circle.town, circle.sipho, PDF)
        file = {"msgtype": "m.file", "body": "a.pdf", "url": address, "info": {"size": 6 * 2**20}}
        message = await circle.sipho.send(circle.room, "m.room.message", file)
        refused = await circle.types(circle.thandi, "!cop save", **_reply(message))
    assert "Your files take 0 MB of 5 MB." in refused
    assert "take a file out first: !cop resource withdraw" in refused
    assert [*circle.town.files.folder.rglob("*")] == before


async def test_what_is_left_of_a_limit_is_said_below_the_answer(circle: Circle) -> None:
    with circle.town.limits({SAVED_A_DAY.name: 1}):
        saved = await circle.types(circle.thandi, "!cop save https://example.org/fractions")
        refused = await circle.types(circle.thandi, "!cop save https://example.org/decimals")
    assert saved.startswith("Saved as")
    assert saved.endswith("You have saved 1 of 1 things within 24 hours.")
    assert refused.endswith("To see what is there: !cop resource find fractions")


async def test_a_file_that_hides_its_size_breaks_off_at_the_cap(circle: Circle) -> None:
    address = await _upload(circle.town, circle.sipho, bytes(MOST_BYTES + 100_000))
    file = {"msgtype": "m.file", "body": "big.bin", "url": address, "info": {"size": 5}}
    message = await circle.sipho.send(circle.room, "m.room.message", file)
    refused = await circle.types(circle.thandi, "!cop save", **_reply(message))
    assert "larger than 25 MB" in refused
    assert not await circle.found()
    kept = [path for path in circle.town.files.folder.rglob("*") if path.is_file()]
    assert not [path for path in kept if path.stat().st_size >= MOST_BYTES]
    assert not [path for path in kept if path.parent.name == "incoming"]


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("handle", ["", "[]", '{"url": 3}', '{"url": "https://example.org/x"}'])
async def test_a_handle_that_leads_elsewhere_is_not_followed(town: Town, handle: str) -> None:
    with pytest.raises(CannotRead):
        async for _ in town.bots[0].platform.open_file(FileSent(handle, "x")):
            pass


async def test_a_file_in_an_encrypted_room_is_opened_and_one_that_was_changed_is_not(
    town: Town,
) -> None:
    thandi, sipho = await town.sealed_person("thandi"), await town.sealed_person("sipho")
    room = await thandi.open_room(
        town.bot_account, initial_state=[ENCRYPTION], preset="public_chat"
    )
    await sipho.join(room)
    held = await town.founded(thandi, room)
    await town.joined(sipho, room)
    await until(lambda: _sees_bot(town, thandi, room), 20)
    sealed, keys = encrypt_attachment(PDF)
    file = {"url": await _upload(town, sipho, sealed), **keys}
    message = await sipho.ephemeral(room, "tops.pdf", msgtype="m.file", file=file)
    reply = await thandi.ephemeral(room, "!cop save Grade 4 liked it", **_reply(message))
    assert "Saved as" in await _sealed_answer(town, thandi, room, reply)
    [resource] = (await town.ask(FindResources(words="tops"), held)).resources
    assert resource.file
    with town.files.open(resource.file.digest) as kept:
        assert kept.read() == PDF
    words = await sipho.ephemeral(room, "Count with seeds")
    reply = await thandi.ephemeral(room, "!cop save", **_reply(words))
    assert "was saved" in await _sealed_answer(town, thandi, room, reply)
    changed = {**file, "url": await _upload(town, sipho, sealed[:-1] + bytes([sealed[-1] ^ 1]))}
    message = await sipho.ephemeral(room, "other.pdf", msgtype="m.file", file=changed)
    reply = await thandi.ephemeral(room, "!cop save", **_reply(message))
    assert "cannot read that file" in await _sealed_answer(town, thandi, room, reply)


async def test_a_report_of_a_community_without_meetings_is_said_in_words(circle: Circle) -> None:
    said = await circle.thandi.say(circle.room, "!cop report")
    answer = await circle.town.answer(circle.thandi, circle.room, said)
    assert "Members now" in json.dumps(answer["content"])
    assert "Meetings held" in json.dumps(answer["content"])


def _reply(message: str) -> dict[str, Any]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": message}}}


def _server(circle: Circle) -> str:
    return circle.thandi.account.partition(":")[2]


async def _upload(town: Town, person: Person, data: bytes) -> str:
    headers = {"Authorization": f"Bearer {person.token}"}
    reply = await town.http.post("/_matrix/media/v3/upload", content=data, headers=headers)
    assert reply.is_success, reply.text
    return str(reply.json()["content_uri"])


async def _seeds(town: Town, person: Person, room: str, message: str) -> list[str]:
    relations = [
        event["content"].get("m.relates_to", {})
        for event in await person.events(room, town.bot_account)
        if event["type"] == "m.reaction"
    ]
    return [r["key"] for r in relations if r.get("event_id") == message]


async def _is_renamed(town: Town, room: str) -> bool:
    """Whether the bot has heard that it goes by another name there."""
    return (await town.bots[0]._rooms.of(room)).own_name == "Indaba"


async def _sees_bot(town: Town, person: SealedPerson, room: str) -> bool:
    await person.look()
    return any(e["sender"] == town.bot_account for e in person.letters.values())


async def _sealed_answer(town: Town, person: SealedPerson, room: str, command: str) -> str:
    found: list[str] = []

    async def answered() -> bool:
        await person.look()
        found[:] = [
            event["content"]["body"]
            for event in person.letters.values()
            if event["sender"] == town.bot_account
            and event["type"] == "m.room.message"
            and replied_to(event) == command
        ]
        return bool(found)

    await until(answered, 20)
    return found[0]
