"""What processes do though nobody asks: timers, loops, what bots look up, and the portal's pages.

Each table here is compared by a test with what there is: kinds of timers, loops, functions of the
bots' stores, and the portal's routes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from growth.community import Community
from growth.kept import ADDRESS, LASTS, line
from growth.names import OWN, ROOM, account
from growth.processes import Processes
from indaba.contracts.ids import MemberId
from indaba.contracts.keeping import MARKS
from indaba.conversation.answer import Ask
from indaba.conversation.delivery.chat_events import ReactionAdded
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.store import Draft, Offer, Store, Waiting
from indaba.ledger import Ledger, Work, keeping, tables
from indaba.ledger import ledger as housekeeping
from indaba.ledger.listing import Whom
from indaba.ledger.session import Session
from indaba.library.store import Store as Library
from indaba.membership.store import erased
from indaba.portal.store import Store as Copies
from indaba.scheduling.store.calendars import Calendars

Loop = Callable[[Ledger], Awaitable[Any]]


async def timer_of(ledger: Ledger, kind: str) -> dict[str, Any]:
    """A timer of a kind. Raises where there is none."""
    query = sa.select(tables.timers).where(tables.timers.c.kind == kind)
    async with ledger.database.connect() as connection:
        row = (await connection.execute(query.order_by(tables.timers.c.key))).mappings().first()
    assert row is not None, kind
    return dict(row)


async def fire(ledger: Ledger, timer: dict[str, Any]) -> None:
    """Do a timer as if it were due, and undo it."""
    async with ledger.database.connect() as connection:
        transaction = await connection.begin()
        await ledger._timers._fire(connection, timer)
        await transaction.rollback()


async def _first_due(ledger: Ledger) -> None:
    async with ledger.database.connect() as connection:
        await connection.execute(ledger._timers._next_due(list(ledger._timers._handlers)))


POLLS: Mapping[str, Loop] = {
    "timers that are due": _first_due,
    "when the next timer is due": lambda ledger: ledger._timers._seconds_to_next(),
    "events left to publish": lambda ledger: ledger._relay._publish_left(ledger.world.now()),
}
"""What every process asks its database time and again."""


async def kept_house(ledger: Ledger) -> None:
    """What every ledger does by itself: look for what is due, publish what was left, clean up."""
    now = ledger.world.now()
    async with ledger.database.connect() as connection:
        await connection.execute(ledger._timers._next_due(list(ledger._timers._handlers)))
        await housekeeping._forget_journal(connection, now)
        await connection.rollback()
    await _forgotten(ledger)
    await _release_begun(ledger)
    await ledger._timers._seconds_to_next()
    ledger._relay._told = [ledger.world.new_id()]
    await ledger._relay._strike()
    await ledger._relay.tell_again("an epoch")
    await ledger._relay._publish_left(now)
    await ledger._lag.look()
    await ledger._failures.forget_old(now - MARKS.long)


async def _forgotten(ledger: Ledger) -> None:
    """What is kept no longer, of a row's oldest thing and of a later one."""
    for duty in ledger._keeping.duties:
        oldest = sa.select(duty.key).order_by(duty.moment, duty.key).limit(2)
        async with ledger.database.connect() as sql:
            await keeping._reached(sql, duty)
            await keeping._over(sql, duty, keeping.BEGINNING, ledger.world.now())
            things = list((await sql.execute(oldest)).scalars())
            await duty.act(things, Work(sql, ledger.world))
            await sql.rollback()


async def _release_begun(ledger: Ledger) -> None:
    """The first batch of what is done once per release, and a later one."""
    for after in ("", str(UUID(int=0))):
        if (step := ledger._new_release.step) is not None:
            async with ledger.database.connect() as sql:
                assert await step(Work(sql, ledger.world), after)
                await sql.rollback()


async def _calendar(ledger: Ledger) -> None:
    async with ledger.database.begin() as sql:
        work = Work(sql, ledger.world)
        followed = await Calendars(work).take_due(work.now + LASTS)
        assert followed is not None
        await Calendars(work).dates(followed.id)
        await Calendars(work).forget_past(followed.id, work.now - LASTS)


async def _page(ledger: Ledger) -> None:
    async with ledger.database.begin() as sql:
        now = ledger.world.now() + timedelta(hours=1)
        assert await Library(Session(sql, now)).take_unread(now, now + LASTS)


async def _file(ledger: Ledger) -> None:
    async with ledger.database.begin() as sql:
        await Library(Session(sql, ledger.world.now())).is_spoken_of("0" * 64)


async def _erased(ledger: Ledger) -> None:
    async with ledger.database.connect() as sql:
        await erased(sql, ledger.world.now() - LASTS)


async def _swept(ledger: Ledger) -> None:
    async with ledger.database.connect() as sql:
        await Copies(Session(sql, ledger.world.now())).forget_old()


async def _warm(_: Ledger) -> None:
    """Reads no database."""


LOOPS: Mapping[str, Loop] = {
    "following": _calendar,
    "reading": _page,
    "sweeping": _file,
    "erasures": _erased,
    "portal.sweep": _swept,
    "warming": _warm,
}

Look = Callable[[Store, Community], Awaitable[Any]]


def _post(name: str) -> Post:
    return Post(f"{name}/{OWN}", PostKind.MESSAGE, ROOM, {"body": "Hello"})


def _meeting(c: Community) -> UUID:
    return c.meetings["coming"].id


def _told_of(c: Community) -> dict[str, Any]:
    """What is kept of an event about a meeting, as far as a store reads it."""
    meeting = c.meetings["coming"]
    return {"meeting": {"id": str(meeting.id), "community": str(meeting.community)}}


def _waiting(c: Community) -> Waiting:
    return Waiting(_post("answer"), _meeting(c), c.meetings["coming"].starts_at)


def _draft(name: str, c: Community) -> Draft:
    return Draft(_post(name), _meeting(c), c.meetings["coming"].starts_at)


def _choice(c: Community) -> Offer:
    at = c.meetings["coming"].starts_at
    return Offer(f"answer/{OWN}", "{}", account(0), "✅", "Yes", 1, "", at, at, at)


def _said(name: str, c: Community) -> Any:
    return line(name, sent_at=c.meetings["coming"].starts_at)


def _sign(c: Community) -> ReactionAdded:
    said = _said("sign", c)
    return ReactionAdded(
        id=said.id,
        room=ROOM,
        account=said.account,
        sent_at=said.sent_at,
        message=_card(c),
        emoji="✅",
    )


def _card(c: Community) -> str:
    return f"$card-{c.codes['coming']}-{OWN}"


def _event(c: Community) -> str:
    return f"event-{c.codes['coming']}-{OWN}"


async def _mirrors(store: Store, c: Community) -> None:
    await store.mirrors.want(_meeting(c), 9)
    for due in await store.mirrors.due():
        await store.mirrors.done(due)


HEARING: Mapping[str, Look] = {
    "hear": lambda s, c: s.hearing.hear([(_said("new", c), _meeting(c))]),
    "waiting_to_be_heard": lambda s, _: s.hearing.waiting_to_be_heard(20, 1, [("@x", "!y")]),
    "dealt_with": lambda s, _: s.hearing.dealt_with(f"$other-{OWN}"),
    "unsay": lambda s, _: s.hearing.unsay(f"$other-{OWN}"),
    "position": lambda s, _: s.hearing.position("sync"),
    "set_position": lambda s, _: s.hearing.set_position("sync", "s1"),
}
DIALOGUE: Mapping[str, Look] = {
    "ask": lambda s, c: s.dialogue.ask(
        _said("line", c), "", asdict(Ask("meeting next", {}, "code", "Which?")), LASTS
    ),
    "question_for": lambda s, c: s.dialogue.question_for(_said("line", c)),
    "no_question": lambda s, c: s.dialogue.no_question(_said("line", c)),
    "offer": lambda s, _: s.dialogue.offer(_post("new"), [], "", LASTS),
    "offers_on": lambda s, c: s.dialogue.offers_on(_card(c)),
    "offer_at": lambda s, _: s.dialogue.offer_at(f"answer/{OWN}", 1),
    "newest_offers_to": lambda s, c: s.dialogue.newest_offers_to(_said("line", c)),
    "close_offers": lambda s, c: s.dialogue.close_offers(_said("line", c)),
    "all_offers_to": lambda s, c: s.dialogue.all_offers_to(_said("line", c)),
    "is_last": lambda s, c: s.dialogue.is_last(_choice(c), replace(_said("line", c), direct=True)),
    "waits_alone": lambda s, c: s.dialogue.waits_alone(_said("line", c)),
    "picked": lambda s, c: s.dialogue.picked(_choice(c), _said("line", c)),
}
POSTING: Mapping[str, Look] = {
    "post": lambda s, c: s.posting.post(_draft("new", c)),
    "waiting_answers": lambda s, _: s.posting.waiting_answers(20, ["!y"]),
    "waiting_notices": lambda s, _: s.posting.waiting_notices(20, ["!y"]),
    "count_waiting": lambda s, _: s.posting.count_waiting(),
    "is_open": lambda s, _: s.posting.is_open(ROOM),
    "is_ours": lambda s, c: s.posting.is_ours(_card(c)),
    "turned_away": lambda s, _: s.posting.turned_away(f"answer/{OWN}"),
    "trying": lambda s, _: s.posting.trying(f"answer/{OWN}"),
    "later": lambda s, _: s.posting.later(ROOM, LASTS),
    "give_up": lambda s, c: s.posting.give_up(f"card/{_meeting(c)}/{ROOM}", "gone"),
    "take_back_notices_to": lambda s, _: s.posting.take_back_notices_to(account(0)),
    "withhold": lambda s, c: s.posting.withhold(replace(_waiting(c), otherwise={"body": "Later"})),
    "is_up": lambda s, c: s.posting.is_up(_waiting(c), "$up"),
    "drop_stale_edits": lambda s, c: s.posting.drop_stale_edits(ROOM, _meeting(c)),
}
CARDS: Mapping[str, Look] = {
    "want_card": lambda s, c: s.cards.want_card(c.meetings["coming"], 99, _meeting(c)),
    "none_due": lambda s, c: s.cards.none_due(c.meetings["coming"].community),
    "draw_again": lambda s, c: s.cards.draw_again(c.meetings["coming"].community),
    "draw_coming_again": lambda s, c: s.cards.draw_coming_again(c.meetings["coming"].community),
    "cards_due": lambda s, _: s.cards.cards_due(timedelta(seconds=2), 40),
    "places_of": lambda s, c: s.cards.places_of(_meeting(c)),
    "drawn": lambda s, c: s.cards.drawn(_meeting(c), 99, [ROOM]),
    "draw_later": lambda s, c: s.cards.draw_later(_meeting(c)),
    "card_on": lambda s, c: s.cards.card_on(_card(c)),
    "live_in": lambda s, _: s.cards.live_in(ROOM),
    "live": lambda s, _: s.cards.live(),
    "any_in": lambda s, _: s.cards.any_in(ROOM),
    "notice": lambda s, c: s.cards.notice(
        _meeting(c), "some.wire.v1", _told_of(c), _meeting(c), _soon(c)
    ),
    "drop_late_notices": lambda s, _: s.cards.drop_late_notices(),
    "notices_due": lambda s, _: s.cards.notices_due(),
    "notice_later": lambda s, c: s.cards.notice_later(_meeting(c), LASTS),
    "notice_written": lambda s, c: s.cards.notice_written(_meeting(c)),
    "reacted": lambda s, c: s.cards.reacted(_sign(c), _meeting(c), "digest"),
    "reaction": lambda s, _: s.cards.reaction(f"$line-{OWN}"),
    "code_of": lambda s, c: s.cards.code_of(_meeting(c)),
}
MIRRORS: Mapping[str, Look] = {
    "want": lambda s, c: s.mirrors.want(_meeting(c), 9),
    "want_all": lambda s, c: s.mirrors.want_all(c.meetings["coming"].community),
    "want_none": lambda s, c: s.mirrors.want_none(c.meetings["coming"].community),
    "due": lambda s, _: s.mirrors.due(),
    "done": _mirrors,
    "event_of": lambda s, c: s.mirrors.event_of(_meeting(c), f"house-{OWN}"),
    "keep": lambda s, c: s.mirrors.keep(_meeting(c), f"house-{OWN}", "event", 3),
    "meeting_of": lambda s, c: s.mirrors.meeting_of(f"house-{OWN}", _event(c)),
}
ERRANDS: Mapping[str, Look] = {
    "keep": lambda s, c: s.errands.keep(_meeting(c), "some.wire.v1", {}, _meeting(c), _soon(c)),
    "drop_late": lambda s, _: s.errands.drop_late(),
    "due": lambda s, _: s.errands.due(),
    "later": lambda s, c: s.errands.later(_meeting(c), LASTS),
    "done": lambda s, c: s.errands.done(_meeting(c)),
    "direct_room": lambda s, _: s.errands.direct_room(account(1)),
    "opened": lambda s, _: s.errands.opened(account(2), "!direct:example.org"),
    "speak_of": lambda s, c: s.errands.speak_of(account(1), c.meetings["coming"].community),
    "spoken_of": lambda s, _: s.errands.spoken_of(account(1)),
    "closed": lambda s, _: s.errands.closed(account(1)),
    "poll": lambda s, c: s.errands.poll(f"answer/{OWN}", _meeting(c)),
    "vote_of": lambda s, c: s.errands.vote_of(_card(c)),
}
COMMUNITIES: Mapping[str, Look] = {
    "settle": lambda s, c: s.communities.settle(c.meetings["coming"].community, 9, here=True),
    "lives_elsewhere": lambda s, c: s.communities.lives_elsewhere(c.meetings["coming"].community),
    "forget_set_aside": lambda s, _: s.communities.forget_set_aside(),
}


def _whom(c: Community) -> Whom:
    return Whom((c.member.passport.known(),), (account(1),))


OWN_DATA: Mapping[str, Look] = {
    "of": lambda s, c: s.own_data.of(c.member.passport.member, [account(1)]),
    "unlink": lambda s, c: s.own_data.unlink(_whom(c), MemberId(_meeting(c))),
}
INVITED: Mapping[str, Look] = {
    "others": lambda s, _: s.invited.others(ROOM, account(1)),
    "begin": lambda s, _: s.invited.begin(ROOM, account(1)),
    "end": lambda s, _: s.invited.end(ROOM, account(1)),
    "replaced": lambda s, _: s.invited.replaced(ROOM, "!new:example.org", account(1)),
    "replaced_by": lambda s, _: s.invited.replaced_by(ROOM),
    "arrived": lambda s, _: s.invited.arrived(ROOM, "!new:example.org"),
    "forget": lambda s, _: s.invited.forget(account(1)),
    "forget_old": lambda s, _: s.invited.forget_old(),
}
WHOLE: Mapping[str, Look] = {
    "forget": lambda s, _: s.forget(account(1)),
    "forget_old": lambda s, _: s.forget_old(),
}
LOOKS: Mapping[str, Mapping[str, Look]] = {
    "": WHOLE,
    "hearing": HEARING,
    "dialogue": DIALOGUE,
    "posting": POSTING,
    "cards": CARDS,
    "communities": COMMUNITIES,
    "mirrors": MIRRORS,
    "errands": ERRANDS,
    "own_data": OWN_DATA,
    "invited": INVITED,
}


def _soon(c: Community) -> Any:
    return c.meetings["coming"].starts_at


async def looked(there: Processes, community: Community, part: str, name: str) -> Any:
    """Do what a bot does with its store, and undo it."""
    ledger = there.ledgers["matrix_bot"]
    async with ledger.database.connect() as sql:
        found = await LOOKS[part][name](Store(Session(sql, there.clock.now())), community)
        await sql.rollback()
    return found


PAGES: Mapping[str, Callable[[Community], str]] = {
    "/": lambda _: "/",
    "/c/{key}": lambda c: f"/c/{c.key}",
    "/c/{key}/calendar.ics": lambda c: f"/c/{c.key}/calendar.ics",
    "/c/{key}/outlook.ics": lambda c: f"/c/{c.key}/outlook.ics",
    "/c/{key}/meetings/{code}": lambda c: f"/c/{c.key}/meetings/{c.codes['over']}",
    "/c/{key}/mine": lambda c: f"/c/{c.key}/mine",
    "/c/{key}/mine/{secret}.ics": lambda c: f"/c/{c.key}/mine/{ADDRESS}.ics",
    "/c/{key}/mine/{secret}/outlook.ics": lambda c: f"/c/{c.key}/mine/{ADDRESS}/outlook.ics",
    "/c/{key}/library": lambda c: f"/c/{c.key}/library?words=fractions",
    "/c/{key}/library/{code}": lambda c: f"/c/{c.key}/library/{c.resource}",
    "/c/{key}/outcomes": lambda c: f"/c/{c.key}/outcomes",
    "/c/{key}/outcomes/{term}": lambda c: f"/c/{c.key}/outcomes/this",
    "/privacy/mine": lambda _: "/privacy/mine",
    "/sign-in/{secret}": lambda _: "/sign-in/secret",
}
NO_PAGES = {
    "/c/{key}/meetings/{code}/meeting.ics": "the meeting's page, written as a file",
    "/c/{key}/meetings/{code}/highlights.pdf": "the meeting's page, then printed by a worker",
    "/c/{key}/library/{code}/file": "the resource's page, then a file from the shelf",
    "/health": "asks each part whether it is well",
    "/privacy": "asks membership, which looks nothing up",
    "/privacy/mine.json": "the same as the page before it",
    "/sign-out": "one row by its key; `sign_out` is looked at with the portal's store",
    "/icon.svg": "never changes",
    "/style/{digest}.css": "never changes",
}
"""Routes that read nothing of a community's beyond what another page reads, and why."""
