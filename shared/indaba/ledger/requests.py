"""Answers requests: one transaction each, and the same reply if a request is repeated."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indaba.bus import Outcome, ReplyEnvelope
from indaba.bus.bus import LITTLE_LATER
from indaba.contracts import find
from indaba.contracts.passport import Passport
from indaba.contracts.purposes import NotAgreed
from indaba.contracts.refusal import BadPassport, Expired, Refusal, Unavailable
from indaba.contracts.standing import admit, as_read_by
from indaba.contracts.wire import Envelope, Personal, Question, Reply, Request
from indaba.ledger import tables
from indaba.ledger.failures import Failures, is_passing, log_failure
from indaba.ledger.limits import Limits
from indaba.ledger.reading import only_reading
from indaba.ledger.sealed_replies import SealedReplies
from indaba.ledger.work import Work
from indaba.process import logs
from indaba.process.metrics import MESSAGE_SECONDS, MESSAGES
from indaba.process.passports import PassportControl
from indaba.process.world import World

Handler = Callable[[Any, Work], Awaitable[Reply]]
_MARK = insert(tables.inbox).on_conflict_do_nothing().returning(tables.inbox.c.key)
PAUSES = (0.1, 0.4)
"""Seconds between attempts at a request that fails. They are short: an asker is waiting."""


class Unknown(Refusal):
    """This service does not answer such a request."""

    code = "unknown-request"

    def __init__(self, wire: str) -> None:
        super().__init__("I do not know how to do that yet.", wire=wire)


class Malformed(Refusal):
    """A request that does not fit its contract. Faces check first, so people rarely see this."""

    code = "malformed-request"

    def __init__(self, fields: list[str]) -> None:
        named = ", ".join(fields)
        super().__init__(f"I could not use what was given for: {named}.", fields=named)


class RequestProcessor:
    """Answers the requests of one service."""

    def __init__(
        self,
        process: str,
        database: AsyncEngine,
        world: World,
        control: PassportControl,
        failures: Failures,
    ) -> None:
        self._process = process
        self._database = database
        self._reading = only_reading(database)
        self._world = world
        self._control = control
        self._failures = failures
        self.handlers: dict[str, Handler] = {}
        self.writing: set[str] = set()
        """Wire names of questions whose handlers write."""

        self.limits = Limits(process)
        self.sealed = SealedReplies()
        self.committed: Callable[[Work], Awaitable[None]] | None = None

    async def answer(self, envelope: Envelope) -> ReplyEnvelope:
        """Handle a request and return its outcome, whatever it is. Never raises."""
        began = time.perf_counter()
        reply = await self._outcome(envelope)
        seconds = time.perf_counter() - began
        known = envelope.wire if envelope.wire in self.handlers else "unknown"
        MESSAGES.labels(self._process, known, reply.outcome).inc()
        MESSAGE_SECONDS.labels(self._process).observe(seconds)
        is_refused = reply.outcome is Outcome.REFUSED
        logs.get(process=self._process, **(self._asker(envelope) if is_refused else {})).info(
            "request.answered",
            wire=envelope.wire,
            outcome=reply.outcome,
            code=reply.body.get("code") if is_refused else None,
            message_id=str(envelope.id),
            correlation_id=str(envelope.correlation),
            duration_ms=round(seconds * 1000, 2),
        )
        return reply

    def _asker(self, envelope: Envelope) -> dict[str, str | None]:
        """The ids of who asked and for which community, as far as their passport proves them."""
        try:
            passport = self._control.verify(envelope.passport, self._world.now())
        except BadPassport:
            return {"member": None, "community": None}
        there = (("member", passport.member), ("community", passport.community))
        return {name: str(known) if known else None for name, known in there}

    async def _outcome(self, envelope: Envelope) -> ReplyEnvelope:
        try:
            return self._says(envelope, Outcome.ANSWERED, await self._try(envelope))
        except Expired:
            return self._says(envelope, Outcome.EXPIRED, {})
        except Refusal as no:
            return self._says(envelope, Outcome.REFUSED, refused(no))
        except Unavailable as later:
            return self._says(envelope, Outcome.UNAVAILABLE, {"words": later.words})
        except Exception as error:  # noqa: BLE001 - the asker must be told, in one sentence
            if is_passing(error):
                return self._says(envelope, Outcome.UNAVAILABLE, {"words": LITTLE_LATER})
            return self._says(envelope, Outcome.FAULT, {"reference": str(envelope.correlation)})

    async def _try(self, envelope: Envelope) -> dict[str, Any]:
        """Handle a request. A fault is retried at once, then stored as a dead letter and raised."""
        passport = self._check(envelope)
        for pause in (*PAUSES, None):
            try:
                return await self._handle(envelope, passport)
            except (Refusal, Unavailable):
                raise
            except Exception as error:
                if is_passing(error):
                    raise
                log_failure(self._process, "request.failed", envelope, error)
                if pause is None:
                    await self._give_up(envelope, error, passport.member)
                    raise
                await asyncio.sleep(pause)
        raise AssertionError

    def _check(self, envelope: Envelope) -> Passport:
        """The passport, if the request is known, in time, and its asker may ask it.

        Raises `Expired`, `Unknown`, `BadPassport`, and what `admit` raises.
        """
        self._in_time(envelope)
        if envelope.wire not in self.handlers:
            raise Unknown(envelope.wire)
        passport = self._control.verify(envelope.passport, self._world.now())
        if envelope.community is not None and envelope.community != passport.community:
            raise BadPassport("other community")
        contract = _contract(envelope)
        admit(
            contract.asked_by,
            passport,
            faces=contract.by_faces,
            opened_by=contract.opened_by,
        )
        return passport

    def _in_time(self, envelope: Envelope) -> None:
        """Raise `Expired` if the asker has already been told that it was not done.

        Checked again before the commit, since a process may stand still during its work.
        """
        if envelope.expires_at is None or envelope.expires_at <= self._world.now():
            raise Expired

    async def _handle(self, envelope: Envelope, passport: Passport) -> dict[str, Any]:
        request = _agreed_to(_opened(envelope), passport)
        if isinstance(request, Question):
            return await self._look_up(request, envelope, passport)
        key = f"{envelope.wire}/{envelope.idempotency_key or envelope.id}"
        async with self._database.begin() as connection:
            if not await self._first(connection, key, passport):
                return await self._stored(connection, key)
            work = Work(connection, self._world, envelope, passport)
            try:
                reply = as_read_by(await self._within_limits(request, work), passport)
            except Refusal as no:
                if not no.leaves_a_mark:
                    raise
                await self._unmark(connection, key)
                await connection.commit()
                raise
            body = reply.model_dump(mode="json")
            await work.keep_with_reply(key, self.sealed.closed(request, key, body))
            self._in_time(envelope)
        if self.committed is not None:
            await self.committed(work)
        return body

    async def _look_up(
        self, question: Question[Any], envelope: Envelope, passport: Passport
    ) -> dict[str, Any]:
        """The reply to a question. It is not stored: whoever asks again is answered anew."""
        writes = question.wire in self.writing
        opening = self._database.begin() if writes else self._reading.connect()
        async with opening as connection:
            work = Work(connection, self._world, envelope, passport)
            reply = await self._within_limits(question, work)
            await work.keep()
        if self.committed is not None:
            await self.committed(work)
        return as_read_by(reply, passport).model_dump(mode="json")

    async def _within_limits(self, request: Request[Any], work: Work) -> Reply:
        """What the handler replies, and what is to be said of limits. Raises `LimitReached`."""
        before = await self.limits.before(request, work)
        reply = await self.handlers[request.wire](request, work)
        near = await self.limits.after(request, before)
        return reply.model_copy(update={"near": near}) if near else reply

    async def _first(self, connection: AsyncConnection, key: str, passport: Passport) -> bool:
        """Mark a request as done; false if it was. Waits for a transaction that is doing it now."""
        row = {"key": key, "done_at": self._world.now(), "member": passport.member}
        return (await connection.execute(_MARK, row)).first() is not None

    async def _unmark(self, connection: AsyncConnection, key: str) -> None:
        """Remove the mark of a refused request, so that it may be asked again."""
        await connection.execute(tables.inbox.delete().where(tables.inbox.c.key == key))

    async def _stored(self, connection: AsyncConnection, key: str) -> dict[str, Any]:
        query = sa.select(tables.inbox.c.reply).where(tables.inbox.c.key == key)
        reply: dict[str, Any] | None = (await connection.execute(query)).scalar_one()
        if reply is None:
            raise Expired
        return self.sealed.opened(key, reply)

    async def _give_up(self, envelope: Envelope, error: Exception, member: UUID | None) -> None:
        """Store a dead letter without the passport and personal data."""
        letter = envelope.model_dump(mode="json", exclude={"passport"})
        letter["body"] = _impersonal(envelope)
        tries = len(PAUSES) + 1
        await self._failures.dead_letter(envelope.wire, error, tries, letter, member)

    def _says(self, envelope: Envelope, outcome: Outcome, body: dict[str, Any]) -> ReplyEnvelope:
        return ReplyEnvelope(to=envelope.id, outcome=outcome, body=body)


def _contract(envelope: Envelope) -> type[Request[Any]]:
    contract = find(envelope.wire)
    if contract is None or not issubclass(contract, Request):
        raise Unknown(envelope.wire)
    return contract


def _opened(envelope: Envelope) -> Request[Any]:
    try:
        return _contract(envelope).model_validate(envelope.body)
    except ValidationError as error:
        raise Malformed([str(e["loc"][-1]) for e in error.errors()]) from None


def _agreed_to(request: Request[Any], passport: Passport) -> Request[Any]:
    """The request itself. Raises `NotAgreed` if something would be kept without consent."""
    purpose = request.keeps_for()
    if purpose is not None and purpose in passport.withheld:
        raise NotAgreed(purpose)
    return request


def _impersonal(envelope: Envelope) -> dict[str, Any]:
    """The body without personal data, which operators do not need to fix a fault."""
    contract = find(envelope.wire)
    fields = contract.model_fields if contract else {}
    personal = {name for name, f in fields.items() if Personal in f.metadata}
    personal |= {name for name, f in fields.items() if "Personal" in repr(f.annotation)}
    return {n: "(personal)" if n in personal else v for n, v in envelope.body.items()}


def refused(no: Refusal) -> dict[str, Any]:
    """A refusal as the body of a reply."""
    body = {"code": no.code, "words": no.words, "facts": _plain(no.facts)}
    if no.hint is not None:
        body["hint"] = {"intent": no.hint.intent, "arguments": dict(no.hint.arguments)}
    return body


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as JSON values; what JSON does not know becomes text."""
    simple = (str, int, float, bool, type(None))
    return {name: v if isinstance(v, simple) else str(v) for name, v in facts.items()}
