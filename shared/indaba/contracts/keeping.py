"""What is kept of people: what, how long, why, and what becomes of it then. One table for all.

Each process carries out its own rows. A row without a length says in `after` until when.
Decision: docs/decisions/0035-kept-as-long-as-said.md.
"""

from datetime import timedelta

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
)
TIMERS = Kept(
    "timers",
    EVERY,
    "what is to be done later, such as a reminder to you",
    "ledger.timers.body ledger.timers.key ledger.attempts.key",
    "until it is done",
    "to do it",
    Then.DELETED,
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
)
RELEASES = Kept(
    "releases",
    EVERY,
    "figures as they were told; they name nobody",
    "ledger.releases.tally ledger.releases.figures",
    "for good",
    "a figure that was told never changes",
    Then.UNLINKED,
)

PEOPLE = Kept(
    "people",
    "membership",
    "your accounts, profile, communities and role; of facilitators the days they took part",
    (
        "accounts.account accounts.member members.id members.profile memberships.member"
        " account_links.owner account_links.account account_links.gone account_links.was_in"
        " account_links.brought"
    ),
    "you left your last community",
    "to know you, and to prove that you agreed",
    Then.DELETED,
    KEPT_FOR_PROOF,
)
RECEIPTS = Kept(
    "receipts",
    "membership",
    "receipts of what you agreed to",
    "receipts.member receipts.purposes receipts.wording",
    "you took it back",
    "we have to be able to prove it (POPIA, section 11)",
    Then.DELETED,
    KEPT_FOR_PROOF,
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
)
BLOCKS = Kept(
    "blocks",
    "membership",
    "that an account was removed, as a keyed digest",
    "blocks.digest",
    "until the removal is lifted",
    "so that it stays removed, even after it was erased",
    Then.DELETED,
)
DOORS = Kept(
    "doors",
    "membership",
    "one-time links and codes, as digests, and wrong tries",
    "sign_ins.member sign_ins.digest codes.member codes.digest wrong_tries.account",
    "until they end, within the hour, and the next is made",
    "to let you in, and nobody who guesses",
    Then.DELETED,
)
ERASURES = Kept(
    "erasures",
    "membership",
    "whom to erase, until every process has; then a digest of a random id",
    "erasures.member erasures.accounts erased.digest",
    "every process has answered; the digest stays",
    "so that a restored backup erases again",
    Then.DELETED,
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
)
TRAIL = Kept(
    "trail",
    "scheduling",
    "check-ins, roles, notes, minutes, agendas and votes: who came, wrote and led",
    (
        "check_ins.member day_roles.member meetings.author meetings.chair notes.author notes.text"
        " documents.author documents.text documents.short votes.author votes.question"
        " votes.options agenda.author agenda.owner agenda.title agenda.pre_read series.author"
        " calendars_followed.author meetings.title meetings.where meetings.reason notes.topic"
        " series.title series.where agenda.result"
    ),
    "the last meeting you took part in",
    "the register of who came, and who comes again",
    Then.UNLINKED,
    KEPT_FOR_PROOF,
)
PROMISES = Kept(
    "promises",
    "scheduling",
    "actions: who promised what",
    "actions.author actions.owner actions.text actions.note",
    "the action last changed",
    "to follow up what was promised",
    Then.UNLINKED,
    KEPT_FOR_PROOF,
)
CHOSEN = Kept(
    "chosen",
    "scheduling",
    "your reminders, quiet hours, digest and the kind of stakeholder you are",
    (
        "muted.member no_digest.member quiet.member quiet.begins quiet.ends"
        " categories.member categories.category"
    ),
    "until you change it or membership forgets you",
    "to do as you chose",
    Then.FOLLOWS,
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
)

COUNTED = Kept(
    "counted",
    "outcomes",
    "copies to count with: check-ins, uses, memberships and a digest of your organisation",
    "check_ins.member uses.member resources.author memberships.member"
    " members.id members.organisation meetings.title",
    "until scheduling, the library and membership unlink you",
    "to count the figures of a term",
    Then.FOLLOWS,
)

SESSIONS = Kept(
    "sessions",
    "portal",
    "that your browser is signed in, as a digest",
    "sessions.digest sessions.member",
    "until it ends by itself, after thirty days at most",
    "so that you need not sign in each time",
    Then.DELETED,
)
CALENDAR_KEYS = Kept(
    "calendar-keys",
    "portal",
    "the secret address of your calendar, as a digest",
    "calendar_keys.digest calendar_keys.member",
    "until you end it, leave, or membership forgets you",
    "to show you your own meetings",
    Then.FOLLOWS,
)
CANCELLED_SHOWN = Kept(
    "cancelled-shown",
    "portal",
    "your answers to meetings that were cancelled, for your calendar",
    "answers.member answers.answer",
    "the meeting",
    "to show you your own meetings",
    Then.DELETED,
    timedelta(days=30),
)
ANSWERS_SHOWN = Kept(
    "answers-shown",
    "portal",
    "your answers to meetings, for your calendar",
    "answers.member answers.answer",
    "the meeting",
    "to show you your own meetings",
    Then.DELETED,
    timedelta(days=90),
)
DOCUMENTS_SHOWN = Kept(
    "documents-shown",
    "portal",
    "copies of meetings, minutes and highlights, which name nobody",
    "documents.text documents.short documents.title meetings.title meetings.where"
    " meetings.reason series.title series.where series.words",
    "until the newest version is empty",
    "to show them",
    Then.FOLLOWS,
)

HEARD = Kept(
    "heard",
    BOTS,
    "what you said to the bot",
    "heard.said heard.id positions.value",
    "it was dealt with",
    "so that it is answered once",
    Then.DELETED,
    timedelta(days=7),
)
POSTS = Kept(
    "posts",
    BOTS,
    "what the bot said, to whom",
    (
        "posts.content posts.otherwise posts.only_for posts.whisper posts.follow_ups posts.key"
        " posts.reply_to posts.target posts.given_up"
    ),
    "it was sent",
    "so that it is said once",
    Then.DELETED,
    timedelta(days=3),
)
TAPS = Kept(
    "taps",
    BOTS,
    "reactions on cards, your account as a digest",
    "reactions.reactor reactions.id",
    "the tap",
    "so that it can be taken back",
    Then.DELETED,
    timedelta(days=90),
)
OFFERS = Kept(
    "offers",
    BOTS,
    "the choices that the bot offered you",
    "choices.account choices.intent choices.label choices.post",
    "they ended",
    "to know what you picked",
    Then.DELETED,
    timedelta(days=1),
)
QUESTIONS = Kept(
    "questions",
    BOTS,
    "what the bot asked you, and what you had said by then",
    "questions.account questions.ask",
    "until it is answered or too old",
    "to go on where you were",
    Then.DELETED,
)
ERRANDS = Kept(
    "errands",
    BOTS,
    "what the bot has to tell you or a room",
    "errands.event notices.event",
    "until it is told or too late",
    "to tell it",
    Then.DELETED,
)
CHATS = Kept(
    "chats",
    BOTS,
    "in which direct chat you are, your account as a digest",
    "direct_rooms.account direct_rooms.room",
    "until you leave the chat or are erased",
    "to write to you there",
    Then.DELETED,
)

KEEPING: tuple[Kept, ...] = tuple(row for row in list(globals().values()) if isinstance(row, Kept))
"""Every row, in the order above."""


def kept_by(process: str) -> tuple[Kept, ...]:
    """The rows of a process: its own, those of its kind, and those of every process."""
    kind = BOTS if process.endswith("_bot") else process
    return tuple(row for row in KEEPING if row.process in (kind, EVERY))
