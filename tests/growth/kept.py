"""What nobody asks a service for, kept by the very stores that keep it in production.

A bot's posts, cards and questions; the portal's sessions; a followed calendar's dates; failures.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from growth.names import OWN, ROOM, account
from growth.processes import Processes
from indaba.contracts.figures import FEWEST
from indaba.contracts.group_sizes import GroupSizeChanged
from indaba.contracts.openness import Openness
from indaba.contracts.publishing import Publication
from indaba.contracts.scheduling import MeetingFacts
from indaba.conversation.answer import Ask, Choice
from indaba.conversation.commands.topics.scheduling import NextMeeting
from indaba.conversation.delivery.chat_events import MessageSent, ReactionAdded
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.store import Draft, Store, Waiting
from indaba.ledger import Ledger, Work, tables
from indaba.ledger.releases import Releases, know_group_size
from indaba.ledger.session import Session
from indaba.library.timers.sweeping import REMOVE
from indaba.membership.store import Publications
from indaba.membership.workflows.opening import ASK
from indaba.portal.signing_in import digest_of
from indaba.portal.store import Store as Copies
from indaba.scheduling.store.calendars import Calendars, KeptDate
from indaba.scheduling.workflows.news import UNDECIDED
from indaba.scheduling.workflows.planning import REMIND_LATER
from indaba.scheduling.workflows.plans import TELL_LATER

if TYPE_CHECKING:
    from growth.community import Community

LASTS = timedelta(days=2)
SESSION, ADDRESS = f"session-{OWN}", f"address-{OWN}"
"""The token in a member's cookie, and the secret of a member's calendar."""

LEFT_TO_PUBLISH = 3


async def everything(there: Processes, community: "Community") -> None:
    """Keep it. What was told is published, but for a few."""
    now = there.clock.now()
    for ledger in there.ledgers.values():
        await _failed(ledger)
        await _published(ledger)
    await _follow(there.ledgers["scheduling"], community)
    await _wait(there, community)
    await _visit(there.ledgers["portal"], community, now)
    async with there.ledgers["matrix_bot"].database.begin() as sql:
        await _talk(Store(Session(sql, now)), community, now, there.clock.new_id())


async def _failed(ledger: Ledger) -> None:
    """A dead letter, one more try to come, a timer, a release, and a number that it goes by."""
    world, failures = ledger.world, ledger._failures
    error = LookupError("no such thing")
    await failures.dead_letter(
        "some.wire.v1", error, 3, {"id": str(world.new_id())}, world.new_id()
    )
    await failures.failed(f"event/{world.new_id()}", "event", "some.wire.v1", error, {})
    async with ledger.database.begin() as sql:
        work = Work(sql, world)
        await work.set_timer(world.now() + LASTS, "none", str(world.new_id()), {})
        await Releases(work, FEWEST).once(f"none/{world.new_id()}", {"": FEWEST}, ())
        asked = GroupSizeChanged(
            aggregate=world.new_id(), version=2, size=8, before=FEWEST, since=world.now()
        )
        await know_group_size(asked, work)
        await work.write_newest()


async def _published(ledger: Ledger) -> None:
    kept = sa.select(tables.outbox.c.id).limit(LEFT_TO_PUBLISH)
    async with ledger.database.begin() as sql:
        ids = list((await sql.execute(kept)).scalars())
        await sql.execute(tables.outbox.delete().where(tables.outbox.c.id.not_in(ids)))


async def _follow(ledger: Ledger, community: "Community") -> None:
    async with ledger.database.begin() as sql:
        calendars = Calendars(Work(sql, ledger.world))
        meeting = community.meetings["coming"]
        (followed,) = await calendars.of(meeting.community)
        await calendars.keep_date(followed.id, f"key-{OWN}", KeptDate(meeting.id, {}))


async def _wait(there: Processes, community: "Community") -> None:
    """Somebody is reminded or asked once they are awake; a file waits to be taken away."""
    meeting, now = community.meetings["coming"], there.clock.now()
    waits: dict[str, Any] = {
        "meeting": str(meeting.id),
        "members": [str(community.member.passport.member)],
    }
    await _timer(there.ledgers["scheduling"], REMIND_LATER, f"{meeting.id}/then", waits)
    moved = waits | {"what": "moved", "starts": meeting.starts.isoformat(), "where": meeting.where}
    await _timer(there.ledgers["scheduling"], TELL_LATER, f"{meeting.id}/then", moved)
    open_still = Publication(page=Openness.EARLIER, until=now + LASTS)
    home = {"community": str(meeting.community)}
    async with there.ledgers["membership"].database.begin() as sql:
        publications = Publications(Work(sql, there.clock))
        await publications.keep(meeting.community, open_still)
    await _timer(there.ledgers["membership"], ASK, home["community"], home)
    asked = {
        **home,
        "publication": open_still.model_dump(mode="json"),
        "members": waits["members"],
        "platform": "matrix",
        "zone": meeting.zone,
        "latest": now.isoformat(),
    }
    await _timer(there.ledgers["scheduling"], UNDECIDED, home["community"], asked)
    gone = {"digest": "0" * 64, "before": now.isoformat()}
    await _timer(there.ledgers["library"], REMOVE, OWN, gone)


async def _timer(ledger: Ledger, kind: str, key: str, body: dict[str, Any]) -> None:
    async with ledger.database.begin() as sql:
        await Work(sql, ledger.world).set_timer(ledger.world.now() + LASTS, kind, key, body)


async def _visit(ledger: Ledger, community: "Community", now: datetime) -> None:
    passport = community.member.passport
    member, there = passport.a_member(), passport.in_community()
    async with ledger.database.begin() as sql:
        copies = Copies(Session(sql, now))
        await copies.sign_in(digest_of(SESSION), member, there)
        await copies.answers.make_key(digest_of(ADDRESS), member, there)


def line(name: str, text: str = "next", **more: Any) -> MessageSent:
    """What a member says in the room."""
    return MessageSent(id=f"${name}-{OWN}", room=ROOM, account=account(1), text=text, **more)


async def _talk(store: Store, community: "Community", now: datetime, cause: UUID) -> None:
    for meeting in community.meetings.values():
        await _put_up(store, meeting, now)
    for due in await store.cards.cards_due(timedelta(0), 1000):
        await store.cards.drawn(due.meeting, due.wanted, [])
    said = line("line", sent_at=now)
    await store.hearing.hear([(said, cause), (line("other", sent_at=now), cause)])
    for each in ("line", "other"):
        await store.hearing.dealt_with(f"${each}-{OWN}")
    answer = Post(f"answer/{OWN}", PostKind.MESSAGE, ROOM, {"body": "Which?"})
    await store.posting.post(Draft(answer, cause, now + LASTS))
    offer = Choice(emoji="1️⃣", label="The next", intent=NextMeeting())
    await store.dialogue.offer(answer, [(offer, "{}")], account(1), LASTS)
    question = Ask(intent="meeting next", filled={}, field="code", question="Which?")
    await store.dialogue.ask(said, "", asdict(question), LASTS)
    await store.invited.begin(ROOM, account(1))
    await store.errands.opened(account(1), f"!direct-{OWN}:example.org")
    await store.errands.keep(cause, "some.wire.v1", {}, cause, now + LASTS)
    reaction = ReactionAdded(
        id=said.id, room=ROOM, account=account(1), sent_at=now, message="$card", emoji="✅"
    )
    await store.cards.reacted(reaction, community.meetings["coming"].id, f"digest-{OWN}")
    assert community.vote is not None
    await store.errands.poll(answer.key, community.vote)


async def _put_up(store: Store, meeting: MeetingFacts, now: datetime) -> None:
    await store.cards.want_card(meeting, meeting.version, meeting.id)
    await store.cards.drawn(meeting.id, meeting.version, [ROOM])
    post = Post(f"card/{meeting.id}/{ROOM}", PostKind.MESSAGE, ROOM, {"body": meeting.title})
    await store.posting.post(Draft(post, meeting.id, now + LASTS, meeting=meeting.id))
    up = Waiting(post, meeting.id, now + LASTS)
    await store.posting.is_up(up, f"$card-{meeting.code}-{OWN}")
    await store.mirrors.keep(meeting.id, f"house-{OWN}", f"event-{meeting.code}-{OWN}", 1)
