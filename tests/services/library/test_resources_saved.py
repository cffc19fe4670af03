import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from indaba.contracts.figures import NOTHING
from indaba.contracts.library import (
    DescribeResource,
    FindResources,
    HowUsed,
    Licence,
    Quoted,
    ResourceFacts,
    ResourceKind,
    ResourceStatus,
    SaveResource,
    ShareResource,
    ShowMyLibraryData,
    ShowResource,
    StoredFile,
    UseResource,
    WithdrawResource,
)
from indaba.contracts.membership import PassportIssued
from indaba.contracts.refusal import Refused
from indaba.library.timers.page import Page
from indaba.library.timers.reader import Unreadable
from indaba.library.timers.sweeping import Sweeping
from indaba.process.file_store import FileStore
from services.town import Town
from workshop import rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

THANDI, SIPHO = "@thandi:example.org", "@sipho:example.org"
LINK = "https://maths.example.org/fractions"


async def _saved(town: Town, held: PassportIssued, **said: Any) -> ResourceFacts:
    return (await town.ask(SaveResource(**said), held)).resource


async def _told(town: Town, wire: str) -> list[dict[str, Any]]:
    query = f"SELECT envelope->'body' FROM ledger.journal WHERE wire = '{wire}' ORDER BY id"
    return [body for (body,) in await rows(town.ledgers["library"], query)]


async def _bytes(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_saved_link_is_found_and_shown_as_it_was_described(town: Town) -> None:
    held = await town.founded()

    saved = await _saved(
        town,
        held,
        link=LINK,
        title="Fractions that stick",
        why="Worked in grade 9",
        sectors=("Schooling", "schooling"),
        language="isiZulu",
        licence=Licence.BY_SA,
    )
    found = await town.ask(FindResources(words="fractions"), held)
    shown = await town.ask(ShowResource(code=saved.code), held)

    assert saved.code[0] == "R"
    assert (saved.link, saved.language, saved.sectors) == (LINK, "zu", ("Schooling",))
    assert (saved.kind, saved.licence) == (ResourceKind.WEBSITE, Licence.BY_SA)
    assert (found.resources, found.total) == ((saved,), 1)
    assert (shown.resource, shown.uses) == (saved, ())
    (told,) = await _told(town, "library.resource-saved.v1")
    kept = ResourceFacts.model_validate(told["resource"])
    assert kept.model_copy(update={"version": saved.version}) == saved


async def test_the_same_link_twice_is_one_resource(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    first = await _saved(town, held, link=LINK, title="Mine")

    again = await town.ask(
        SaveResource(link="http://MATHS.example.org:80/fractions/?utm_source=chat", title="Hers"),
        thandi,
    )

    assert (again.known, again.resource) == (True, first)
    assert len(await _told(town, "library.resource-saved.v1")) == 1


async def test_two_who_save_the_same_at_once_get_one_resource(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)

    replies = await asyncio.gather(
        *(town.ask(SaveResource(link=LINK, title="T"), who) for who in (held, thandi) * 4)
    )

    assert len({reply.resource.id for reply in replies}) == 1
    assert sorted(reply.known for reply in replies) == [False] + [True] * 7


async def test_a_resource_stays_in_its_community(town: Town) -> None:
    held = await town.founded()
    other = await town.founded("@sipho:example.org", "!other:example.org")
    saved = await _saved(town, held, link=LINK, title="Fractions")

    found = await town.ask(FindResources(words="fractions"), other)
    twin = await town.ask(SaveResource(link=LINK, title="Ours"), other)
    with pytest.raises(Refused) as refused:
        await town.ask(ShowResource(code=saved.code), other)

    assert (found.total, twin.known) == (0, False)
    assert refused.value.told == "no-such-resource"


async def test_only_members_save_and_only_one_thing_at_a_time(town: Town) -> None:
    held = await town.founded()
    guest = await town.passport("@stranger:example.org")

    with pytest.raises(Refused) as stranger:
        await _saved(town, guest, link=LINK)
    with pytest.raises(Refused) as nothing:
        await _saved(town, held)

    assert (stranger.value.told, nothing.value.told) == ("not-a-member", "one-thing")


async def test_a_file_is_what_lies_on_the_shelf_not_what_was_said_of_it(
    town: Town, files: FileStore
) -> None:
    held = await town.founded()
    shelved = await files.put(_bytes(b"%PDF-1.7 ", b"words"), name="../../plan.exe")
    lie = StoredFile(digest=shelved.digest, size=1, media_type="image/png", name="..\\plan.pdf")

    saved = await _saved(town, held, file=lie)
    again = await town.ask(SaveResource(file=shelved), held)
    with pytest.raises(Refused) as absent:
        await _saved(town, held, file=lie.model_copy(update={"digest": "0" * 64}))

    assert saved.file is not None
    assert (saved.file.media_type, saved.file.size) == ("application/pdf", 14)
    assert (saved.title, saved.file.name, saved.kind) == ("plan.pdf", "plan.pdf", "document")
    assert (again.known, absent.value.told) == (True, "file-not-there")


async def test_the_author_of_a_saved_message_can_withdraw_it(town: Town) -> None:
    held, thandi, sipho = (
        await town.founded(),
        await town.joined(THANDI),
        await town.joined(SIPHO),
    )
    member = thandi.passport.member
    assert member
    quote = Quoted(author=member, text="Fold paper first, then name the parts", message="$1")
    saved = await _saved(town, sipho, quote=quote)

    withdrawn = (await town.ask(WithdrawResource(code=saved.code), thandi)).resource

    assert saved.title == "Fold paper first, then name the parts"
    assert (withdrawn.status, withdrawn.title) == (ResourceStatus.WITHDRAWN, "Message")
    assert (await town.ask(FindResources(words="paper"), held)).total == 0
    assert "Fold paper" not in str(await _told(town, "library.resource-saved.v1"))
    with pytest.raises(Refused):
        await town.ask(ShowResource(code=saved.code), held)


async def test_others_neither_correct_nor_withdraw_but_facilitators_do(town: Town) -> None:
    held, thandi, sipho = (
        await town.founded(),
        await town.joined(THANDI),
        await town.joined(SIPHO),
    )
    code = (await _saved(town, thandi, link=LINK, title="Old")).code

    with pytest.raises(Refused) as describing:
        await town.ask(DescribeResource(code=code, title="Stolen"), sipho)
    with pytest.raises(Refused) as withdrawing:
        await town.ask(WithdrawResource(code=code), sipho)
    mine = await town.ask(DescribeResource(code=code, why="It works"), thandi)
    theirs = await town.ask(DescribeResource(code=code, title="New"), held)
    same = await town.ask(DescribeResource(code=code, title="New"), held)
    gone = await town.ask(WithdrawResource(code=code), held)

    assert (describing.value.told, withdrawing.value.told) == ("not-yours", "not-yours")
    assert (mine.resource.why, mine.resource.title) == ("It works", "Old")
    assert theirs.resource.title == "New"
    assert len(await _told(town, "library.resource-described.v1")) == 2
    assert same.resource == theirs.resource
    assert gone.resource.status is ResourceStatus.WITHDRAWN
    assert not (await town.ask(SaveResource(link=LINK), sipho)).known


async def test_uses_without_words_are_told_in_steps_of_five_people(town: Town) -> None:
    """So that nobody who looks before and after a colleague spoke knows that they did."""
    held = await town.founded()
    code = (await _saved(town, held, link=LINK, title="Fractions")).code
    seen = []
    for n in range(12):
        member = await town.joined(f"@member{n}:example.org")
        await town.ask(UseResource(code=code), member)
        if n == 6:
            await town.ask(UseResource(code=code, note="Went well"), member)
        seen.append((await town.ask(ShowResource(code=code), held)).resource.counts.people)
    assert seen == [None] * 4 + [5] * 6 + [10] * 2


async def test_a_member_counts_once_by_their_last_word(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    code = (await _saved(town, held, link=LINK, title="Fractions")).code

    await town.ask(UseResource(code=code, note="Went well"), thandi)
    await town.ask(UseResource(code=code, how=HowUsed.DID_NOT_WORK), held)
    await town.ask(UseResource(code=code, how=HowUsed.ADAPTED, note="Halved it"), thandi)
    await town.ask(UseResource(code=code, how=HowUsed.ADAPTED, note="Halved it"), thandi)
    shown = await town.ask(ShowResource(code=code), held)

    assert shown.resource.counts == NOTHING
    assert [(use.how, use.note) for use in shown.uses] == [(HowUsed.ADAPTED, "Halved it")]
    told = await _told(town, "library.resource-used.v1")
    assert [each["how"] for each in told] == ["used", "did-not-work", "adapted"]
    assert told[0]["use"] == told[2]["use"] != told[1]["use"]
    assert "Went well" not in str(told)


async def test_sharing_is_told(town: Town) -> None:
    held = await town.founded()
    code = (await _saved(town, held, link=LINK, title="Fractions")).code

    shared = (await town.ask(ShareResource(code=code), held)).resource

    (told,) = await _told(town, "library.resource-shared.v1")
    assert (told["version"], told["member"]) == (2, str(held.passport.member))
    assert (shared.code, shared.version) == (code, 0), "which would count who used it"


async def test_a_link_without_title_gets_that_of_its_page(town: Town, web: Any) -> None:
    held = await town.founded()
    web.pages[LINK] = Page(title="Fractions, the page", summary="All about halves", language="en")

    saved = await _saved(town, held, link=LINK)

    async def read() -> bool:
        shown = await town.ask(ShowResource(code=saved.code), held)
        return shown.resource.title == "Fractions, the page"

    assert saved.title == "maths.example.org/fractions"
    await until(read)
    (told,) = await _told(town, "library.resource-described.v1")
    assert (told["resource"]["summary"], told["resource"]["language"]) == ("All about halves", "en")
    assert (await town.ask(FindResources(words="halves"), held)).total == 1


async def test_a_title_that_somebody_wrote_meanwhile_stays(town: Town, web: Any) -> None:
    held = await town.founded()
    web.pages[LINK] = Unreadable("status 503", again=True)
    saved = await _saved(town, held, link=LINK)
    await until(lambda: _is(len(web.asked) == 1))

    await town.ask(DescribeResource(code=saved.code, title="Mine"), held)
    web.pages[LINK] = Page(title="The page's")
    town.later(minutes=2)
    await until(lambda: _unread_is(town, 0))

    assert (await town.ask(ShowResource(code=saved.code), held)).resource.title == "Mine"


async def test_a_page_that_is_away_is_tried_three_times(town: Town, web: Any) -> None:
    held = await town.founded()
    saved = await _saved(town, held, link=LINK)

    async def asked_once_more() -> bool:
        return len(web.asked) == turned + 1

    for turned in range(3):  # noqa: B007 - what is awaited counts with it
        await until(asked_once_more)
        town.later(minutes=20)
    await until(lambda: _unread_is(town, 0))

    assert web.asked == [LINK] * 3
    later = await town.passport("@lindiwe:example.org")
    title = (await town.ask(ShowResource(code=saved.code), later)).resource.title
    assert title == "maths.example.org/fractions"


async def test_a_file_nobody_speaks_of_leaves_the_shelf(town: Town, files: FileStore) -> None:
    held = await town.founded()
    kept = await files.put(_bytes(b"kept"), name="kept.txt")
    gone = await files.put(_bytes(b"withdrawn"), name="gone.txt")
    lost = await files.put(_bytes(b"lost"), name="lost.txt")
    await _saved(town, held, file=kept)
    code = (await _saved(town, held, file=gone)).code
    await town.ask(WithdrawResource(code=code), held)

    sweeping = Sweeping(town.ledgers["library"], files)
    await sweeping.sweep()
    young = [files.has(each.digest) for each in (kept, gone, lost)]
    for each in (kept, gone, lost):
        _age(files, each)
    await sweeping.sweep()

    assert young == [True, True, True]
    assert [files.has(each.digest) for each in (kept, gone, lost)] == [True, False, False]


async def test_a_member_sees_all_that_the_library_keeps(town: Town) -> None:
    held, thandi = await town.founded(), await town.joined(THANDI)
    member = thandi.passport.member
    assert member
    code = (await _saved(town, thandi, link=LINK, title="Fractions", why="Good")).code
    other = (await _saved(town, held, link=f"{LINK}/2", title="Two")).code
    await _saved(town, held, quote=Quoted(author=member, text="My words", message="$1"))
    await town.ask(UseResource(code=other, note="Well"), thandi)

    data = (await town.ask(ShowMyLibraryData(), thandi)).data

    assert [(each["code"], each["why"]) for each in data["saved"]] == [(code, "Good")]
    assert [each["text"] for each in data["messages saved"]] == ["My words"]
    assert [(each["code"], each["note"]) for each in data["used"]] == [(other, "Well")]


async def test_hostile_words_are_kept_plain(town: Town) -> None:
    held = await town.founded()

    saved = await _saved(
        town, held, link=LINK, title="a\u202eb\x07\n c", why="\u200b", summary="\n"
    )

    assert (saved.title, saved.why, saved.summary) == ("ab c", "", "")
    for words in ("!!!", "'; DROP TABLE resources", "a & | !", "<->", "x" * 200, "\x00", ":*"):
        await town.ask(FindResources(words=words), held)


def _age(files: FileStore, file: StoredFile) -> None:
    import os

    os.utime(files.path(file.digest), (0, 0))


async def _is(true: bool) -> bool:
    return true


async def _unread_is(town: Town, number: int) -> bool:
    town.ledgers["library"]._timers.wake.ring()
    return len(await rows(town.ledgers["library"], "SELECT 1 FROM unread_pages")) == number
