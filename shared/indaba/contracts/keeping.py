"""What is stored about people: what, how long, why, and what happens afterwards. One table.

Each process carries out its own rows. A row without a length says in `after` how long it lasts.
Decision: docs/decisions/0035-kept-as-long-as-said.md.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from indaba.contracts import keeping_by_faces
from indaba.contracts.purposes import Purpose
from indaba.contracts.retention import BOTS, EVERY, Kept, Then
from indaba.contracts.wire import KEPT_AS_A_FACT, KEPT_FOR_A_TERM, KEPT_FOR_PROOF

EVENTS = Kept(
    "events",
    EVERY,
    "what happened, with ids instead of names",
    "ledger.journal.envelope",
    "it happened",
    "to compare a year with the one before",
    Then.DELETED,
    KEPT_FOR_A_TERM,
    purpose=Purpose.MEETINGS,
    least=timedelta(days=30),
)
FACTS = Kept(
    "facts",
    EVERY,
    "what figures and pages are made of: meetings, check-ins, resources, joining, leaving",
    "ledger.journal.envelope",
    "for good, and until their owner has unlinked you under your id",
    "so that every figure can be counted again and is the same",
    Then.UNLINKED,
    KEPT_AS_A_FACT,
    purpose=Purpose.MEETINGS,
)
REPLIES = Kept(
    "replies",
    EVERY,
    "what you were answered, in case you ask the same again",
    "ledger.inbox.reply ledger.inbox.member",
    "the answer",
    "so that a request sent twice is done once",
    Then.DELETED,
    timedelta(days=1),
    purpose=Purpose.ACCOUNTS,
)
KEYS_IN_REPLIES = Kept(
    "keys-in-replies",
    EVERY,
    "answers that open something: links and codes",
    "ledger.inbox.reply",
    "the answer",
    "they are keys",
    Then.DELETED,
    timedelta(minutes=10),
    purpose=Purpose.ACCOUNTS,
)
MARKS = Kept(
    "marks",
    EVERY,
    "that a request was done",
    "ledger.inbox.key",
    "it was done",
    "so that a request sent twice is done once",
    Then.DELETED,
    timedelta(days=4),
    purpose=Purpose.ACCOUNTS,
    least=timedelta(days=4),
)
LETTERS = Kept(
    "letters",
    EVERY,
    "messages that could not be handled",
    "ledger.dead_letters.letter ledger.dead_letters.member ledger.dead_letters.reason",
    "they were given up",
    "so that an operator can find the mistake and send them again",
    Then.DELETED,
    timedelta(days=30),
    purpose=Purpose.ACCOUNTS,
)
TIMERS = Kept(
    "timers",
    EVERY,
    "what is to be done later, such as a reminder to you",
    "ledger.timers.body ledger.timers.key ledger.attempts.key",
    "until it is done",
    "to do it",
    Then.DELETED,
    purpose=Purpose.MEETINGS,
)
ONE_PERSON = Kept(
    "one-person",
    EVERY,
    "that two of your accounts are one person, and for a week what that changed",
    (
        "ledger.merged.gone ledger.merged.member ledger.links.gone ledger.links.member"
        " ledger.changes.gone ledger.changes.before ledger.changes.after"
    ),
    "until you part them or are erased",
    "so that you are counted once",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
RELEASES = Kept(
    "releases",
    EVERY,
    "figures as they were told; they name nobody",
    "ledger.releases.tally ledger.releases.figures",
    "for good",
    "a figure that was told never changes",
    Then.UNLINKED,
    purpose=Purpose.MEETINGS,
)

PEOPLE = Kept(
    "people",
    "membership",
    "your accounts, communities and role",
    (
        "accounts.account accounts.member members.id memberships.member"
        " account_links.owner account_links.account account_links.gone account_links.was_in"
        " account_links.brought"
    ),
    "until the last of your receipts goes",
    "to know you, and to prove that you agreed",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
PROFILE = Kept(
    "profile",
    "membership",
    "your profile, as far as you filled it in",
    "members.profile",
    "until you clear it, take your consent back, or we know you no more",
    "to show who the community reaches",
    Then.DELETED,
    purpose=Purpose.PROFILE,
)
DAYS = Kept(
    "days",
    "membership",
    "of facilitators, on how many days they took part, and the last of them",
    "memberships.active_days memberships.seen_on",
    "until you leave",
    "to see whether somebody facilitates",
    Then.DELETED,
    purpose=Purpose.FACILITATING,
)
STAND_INS = Kept(
    "stand-ins",
    "membership",
    "that you may be asked to facilitate, and then on how many days you took part",
    "memberships.stands_in",
    "until you take it back or leave",
    "to find somebody when nobody facilitates",
    Then.DELETED,
    purpose=Purpose.STANDING_IN,
)
RECEIPTS = Kept(
    "receipts",
    "membership",
    "receipts of what you agreed to, what you took back, and when you were asked",
    (
        "receipts.member receipts.purposes receipts.wording consents.member consents.purpose"
        " consents.wording"
    ),
    "you took it back",
    "we have to be able to prove it (POPIA, section 11)",
    Then.DELETED,
    KEPT_FOR_PROOF,
    purpose=Purpose.PROOF,
)
CASES = Kept(
    "cases",
    "membership",
    "removals, suspensions and who facilitates: about whom, by whom, why, and who voted how",
    "cases.about cases.by cases.reason cases.appeal ballots.member ballots.answer",
    "the case was closed",
    "so that it can be appealed and answered for",
    Then.UNLINKED,
    KEPT_FOR_PROOF,
    purpose=Purpose.REMOVALS,
)
BLOCKS = Kept(
    "blocks",
    "membership",
    "that an account was removed, as a keyed digest",
    "blocks.digest",
    "until the removal is lifted",
    "so that it stays removed, even after it was erased",
    Then.DELETED,
    purpose=Purpose.REMOVALS,
)
DOORS = Kept(
    "doors",
    "membership",
    "one-time links and codes, as digests, and wrong tries",
    "sign_ins.member sign_ins.digest codes.member codes.digest wrong_tries.account",
    "until they end, within the hour, and the next is made",
    "to let you in, and nobody who guesses",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
ERASURES = Kept(
    "erasures",
    "membership",
    "whom to erase, until every process has; then a digest of a random id",
    "erasures.member erasures.accounts erased.digest",
    "every process has answered; the digest stays",
    "so that a restored backup erases again",
    Then.DELETED,
    purpose=Purpose.PROOF,
)
REPORTS = Kept(
    "reports",
    "membership",
    "reports of harm, sealed, without who wrote them",
    "reports.sealed report_drafts.sealed report_drafts.digest report_counts.digest",
    "a safeguarding lead closed it",
    "so that the lead can act",
    Then.DELETED,
    timedelta(days=30),
    purpose=Purpose.REPORTS,
)

ANSWERS = Kept(
    "answers",
    "scheduling",
    "who answered yes, maybe or no, and who voted how",
    "rsvps.member rsvps.answer ballots.member",
    "the meeting",
    "to plan the meeting and to check the vote",
    Then.UNLINKED,
    KEPT_FOR_A_TERM,
    purpose=Purpose.MEETINGS,
)
FEEDBACK = Kept(
    "feedback",
    "scheduling",
    "what you said of a meeting in confidence",
    "feedback.member feedback.will_use",
    "the meeting",
    "to tell how it was; the figures are released two weeks after it",
    Then.DELETED,
    timedelta(days=90),
    purpose=Purpose.FEEDBACK,
    least=timedelta(days=15),
)
TRAIL = Kept(
    "trail",
    "scheduling",
    "check-ins, roles, notes, minutes, agendas and votes: who came, wrote and led",
    (
        "check_ins.member day_roles.member meetings.author meetings.chair notes.author notes.text"
        " meetings.put_in_by notes.put_in_by series.put_in_by"
        " documents.author documents.text documents.short votes.author votes.question"
        " votes.options agenda.author agenda.owner agenda.title agenda.pre_read series.author"
        " calendars_followed.author meetings.title meetings.where meetings.reason notes.topic"
        " series.title series.where agenda.result"
    ),
    "the last meeting you took part in",
    "the register of who came, and who comes again",
    Then.UNLINKED,
    KEPT_FOR_PROOF,
    purpose=Purpose.RECORD,
    least=KEPT_FOR_A_TERM,
)
PROMISES = Kept(
    "promises",
    "scheduling",
    "actions: who promised what",
    "actions.author actions.owner actions.text actions.note actions.put_in_by",
    "the action last changed",
    "to follow up what was promised",
    Then.UNLINKED,
    KEPT_FOR_PROOF,
    purpose=Purpose.RECORD,
)
CHOSEN = Kept(
    "chosen",
    "scheduling",
    "your reminders, quiet hours and digest",
    "muted.member no_digest.member quiet.member quiet.begins quiet.ends",
    "until you change it or membership forgets you",
    "to do as you chose",
    Then.FOLLOWS,
    purpose=Purpose.MEETINGS,
)
KINDS = Kept(
    "kinds",
    "scheduling",
    "the kind of stakeholder you are",
    "categories.member categories.category",
    "until you clear it, take your consent back, or membership forgets you",
    "to see whether all kinds are there when something is decided",
    Then.FOLLOWS,
    purpose=Purpose.PROFILE,
)
OUTSIDE = Kept(
    "outside",
    "scheduling",
    "dates of calendars that a community follows",
    "outside_dates.fingerprint",
    "the date",
    "to see what has changed",
    Then.DELETED,
    timedelta(days=30),
    purpose=Purpose.MEETINGS,
)

SAVED = Kept(
    "saved",
    "library",
    "who saved, described and used what; the resource and its file stay the community's",
    (
        "resources.author resources.wrote uses.member uses.note resources.title resources.why"
        " resources.summary resources.text resources.quote resources.document resources.file"
    ),
    "you last saved or used something",
    "to thank whoever shared it, and to see what is used",
    Then.UNLINKED,
    KEPT_FOR_PROOF,
    purpose=Purpose.LIBRARY,
    least=KEPT_FOR_A_TERM,
)

COUNTED = Kept(
    "counted",
    "outcomes",
    "copies to count with: check-ins, uses and memberships",
    "check_ins.member uses.member resources.author memberships.member meetings.title",
    "until scheduling, the library and membership unlink you",
    "to count the figures of a term",
    Then.FOLLOWS,
    purpose=Purpose.MEETINGS,
)

ORGANISATIONS = Kept(
    "organisations",
    "outcomes",
    "a digest of your organisation",
    "members.id members.organisation",
    "until you clear it, take your consent back, or membership forgets you",
    "to count across organisations",
    Then.FOLLOWS,
    purpose=Purpose.PROFILE,
)

KEEPING: tuple[Kept, ...] = tuple(
    row
    for row in (*globals().copy().values(), *vars(keeping_by_faces).values())
    if isinstance(row, Kept)
)
"""Every row, in the order above, then those of the faces."""


def kept_by(process: str) -> tuple[Kept, ...]:
    """The rows of a process: its own, those of its kind, and those of every process."""
    kind = BOTS if process.endswith("_bot") else process
    return tuple(row for row in KEEPING if row.process in (kind, EVERY))


def shorter_periods(wanted: Iterable[str]) -> dict[str, timedelta]:
    """The shorter periods that operators set, such as `feedback=30`: days by a row's name.

    Raises `ValueError`, in words, for a name that is not in the table, or a period longer than the
    table allows or shorter than something needs.
    """
    known = {row.name: row for row in KEEPING if row.may_be_shorter}
    periods = {}
    for each in wanted:
        name, _, number = each.partition("=")
        if name not in known:
            names = ", ".join(sorted(known))
            raise ValueError(f"{name} is no period that can be shorter; these can: {names}")
        least, most = known[name].least, known[name].longest
        days = timedelta(days=int(number)) if _NUMBER.fullmatch(number) else None
        if days is None or not least <= days <= most:
            raise ValueError(f"{name} can be {least.days} to {most.days} days, and not {number!r}")
        periods[name] = days
    return periods


_NUMBER = re.compile(r"[0-9]{1,6}")
