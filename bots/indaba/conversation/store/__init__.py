"""The only SQL of a conversation. A store is one transaction's view of a bot's own database."""

import sqlalchemy as sa

from indaba.contracts.keeping_by_faces import HEARD, OFFERS, POSTS, TAPS
from indaba.conversation.store import tables as t
from indaba.conversation.store.cards import CardDue, Cards
from indaba.conversation.store.communities import Communities
from indaba.conversation.store.dialogue import Dialogue, Offer
from indaba.conversation.store.digests import TAP, digest
from indaba.conversation.store.direct_messages import Errands
from indaba.conversation.store.inbox import Hearing, QueuedEvent
from indaba.conversation.store.invitations import Invited
from indaba.conversation.store.listing import OwnData
from indaba.conversation.store.mirrors import MirrorDue, Mirrors
from indaba.conversation.store.outgoing_posts import Draft, Posting, Waiting
from indaba.ledger.session import Transaction

__all__ = ["CardDue", "Draft", "MirrorDue", "Offer", "Posting", "QueuedEvent", "Store", "Waiting"]


class Store:
    """What a bot keeps, by subject."""

    def __init__(self, work: Transaction) -> None:
        self._sql = work.connection
        self._now = work.now
        self.hearing = Hearing(work)
        self.dialogue = Dialogue(work)
        self.posting = Posting(work)
        self.cards = Cards(work)
        self.communities = Communities(work)
        self.mirrors = Mirrors(work)
        self.errands = Errands(work)
        self.own_data = OwnData(work)
        self.invited = Invited(work)

    async def forget(self, account: str) -> None:
        """Drop what names an account: questions, choices, reactions, words not dealt with.

        What waits to be told them unasked is not told; what answers them still is.
        """
        for named in (t.questions.c.account, t.choices.c.account):
            await self._sql.execute(sa.delete(named.table).where(named == account))
        taps = t.reactions.c.reactor == digest(TAP, account)
        await self._sql.execute(t.reactions.delete().where(taps))
        theirs = t.heard.c.said["account"].astext == account
        gone = {"said": None, "done_at": sa.func.coalesce(t.heard.c.done_at, self._now)}
        await self._sql.execute(t.heard.update().where(theirs).values(**gone))
        await self.errands.closed(account)
        await self.invited.forget(account)
        await self.posting.take_back_notices_to(account)

    async def forget_old(self) -> None:
        """Drop what need not be remembered: ids heard, posts, choices, questions, reactions."""
        now = self._now
        # What was never dealt with is as old as when it was heard.
        done = sa.func.coalesce(t.heard.c.done_at, t.heard.c.heard_at)
        long_ago = (t.heard.c.heard_at < now - HEARD.long, done < now - HEARD.long)
        await self._sql.execute(t.heard.delete().where(*long_ago))
        await self._sql.execute(t.questions.delete().where(t.questions.c.expires_at < now))
        long_old = t.choices.c.expires_at < now - OFFERS.long
        await self._sql.execute(t.choices.delete().where(long_old))
        # Only what is settled: a card that is late has to be given up, or its place stays taken.
        given_up = sa.and_(t.posts.c.given_up.is_not(None), t.posts.c.expires_at < now - POSTS.long)
        old = sa.or_(t.posts.c.sent_at < now - POSTS.long, given_up)
        gone = t.posts.delete().where(old).returning(t.posts.c.key).cte("gone")
        await self._sql.execute(t.polls.delete().where(t.polls.c.post.in_(sa.select(gone.c.key))))
        seen = t.reactions.c.seen_at
        await self._sql.execute(t.reactions.delete().where(seen < now - TAPS.long))
        await self.communities.forget_set_aside()
        await self.invited.forget_old()
