"""What the portal and the bots store about people: their rows of the table in `keeping`."""

from datetime import timedelta

from indaba.contracts.limits import A_DAY
from indaba.contracts.purposes import Purpose
from indaba.contracts.retention import BOTS, Kept, Then

SESSIONS = Kept(
    "sessions",
    "portal",
    "that your browser is signed in, as a digest, and its make",
    "sessions.digest sessions.member sessions.browser",
    "until it ends by itself, after thirty days at most",
    "so that you need not sign in each time",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
CALENDAR_KEYS = Kept(
    "calendar-keys",
    "portal",
    "the secret address of your calendar, as a digest",
    "calendar_keys.digest calendar_keys.member",
    "until you end it, leave, or membership forgets you",
    "to show you your own meetings",
    Then.FOLLOWS,
    purpose=Purpose.MEETINGS,
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
    purpose=Purpose.MEETINGS,
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
    purpose=Purpose.MEETINGS,
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
    purpose=Purpose.RECORD,
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
    purpose=Purpose.ACCOUNTS,
    least=timedelta(days=7),
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
    purpose=Purpose.ACCOUNTS,
    least=timedelta(days=3),
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
    purpose=Purpose.MEETINGS,
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
    purpose=Purpose.ACCOUNTS,
)
QUESTIONS = Kept(
    "questions",
    BOTS,
    "what the bot asked you, and what you had said by then",
    "questions.account questions.ask",
    "until it is answered or too old",
    "to go on where you were",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
ERRANDS = Kept(
    "errands",
    BOTS,
    "what the bot has to tell you or a room",
    "errands.event notices.event",
    "until it is told or too late",
    "to tell it",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
CHATS = Kept(
    "chats",
    BOTS,
    "in which direct chat you are, your account as a digest",
    "direct_rooms.account direct_rooms.room",
    "until you leave the chat or are erased",
    "to write to you there",
    Then.DELETED,
    purpose=Purpose.ACCOUNTS,
)
INVITATIONS = Kept(
    "invitations",
    BOTS,
    "that you invited the bot to a room, your account as a digest",
    "invitations.inviter",
    "the bot followed",
    "so that nobody invites it everywhere",
    Then.DELETED,
    A_DAY,
    purpose=Purpose.ACCOUNTS,
    least=A_DAY,
)
