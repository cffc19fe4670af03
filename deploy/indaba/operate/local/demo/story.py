"""The people of the demo's community and the events of its term. All invented."""

from dataclasses import dataclass
from datetime import date, timedelta

from indaba.contracts.library import HowUsed
from indaba.contracts.membership import Category, Platform

NAME = "Maths circle Umzimvubu"
PURPOSE = "we find ways to teach number sense that work in full classrooms"
MATRIX_ROOM = "!circle:demo.invalid"
CHANNEL, SERVER = "900000000000000001", "800000000000000001"
MOST_DAYS_APART = 14


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member. `account` as their platform writes it; `too` their account on the other one."""

    account: str
    organisation: str
    category: Category
    province: str
    too: str = ""

    @property
    def platform(self) -> Platform:
        """Where they joined."""
        return Platform.MATRIX if self.account.startswith("@") else Platform.DISCORD


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting: who was there, and who said so before, by their place among the people."""

    title: str
    present: tuple[int, ...]
    said_yes: tuple[int, ...]
    said_no: tuple[int, ...] = ()
    noted: tuple[tuple[int, str], ...] = ()
    """Lines for the minutes, by whom. Where there are some, highlights are shared too."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A resource: who brought it after which meeting, and who made what of it."""

    by: int
    after: int
    path: str
    title: str
    why: str
    kind: str
    sectors: str
    used: tuple[tuple[int, HowUsed, str], ...] = ()

    @property
    def link(self) -> str:
        """Where it would be."""
        return f"https://resources.example.org/{self.path}"


def _of(name: str) -> str:
    return f"@{name}:demo.invalid"


def _on_discord(number: int) -> str:
    return f"7000000000000000{number:02d}"


_T, _P, _E, _C = (
    Category.TEACHER,
    Category.PRINCIPAL,
    Category.ECD_PRACTITIONER,
    Category.CIVIL_SOCIETY,
)
EC, KZN, GP, WC = "Eastern Cape", "KwaZulu-Natal", "Gauteng", "Western Cape"
HILL, RIVER, SUNRISE = "Hilltop Primary", "Riverside Primary", "Sunrise Early Learning"
NUMBERS, READERS, VALLEY = "Numbers First Trust", "Readers Collective", "Valley Combined"
PORT, OFFICE = "Port Road Secondary", "District Office East"

PEOPLE: tuple[Somebody, ...] = (
    Somebody(_of("nomsa"), NUMBERS, _C, EC, too=_on_discord(30)),
    Somebody(_of("sipho"), HILL, _T, EC),
    Somebody(_of("ayanda"), HILL, _T, EC, too=_on_discord(31)),
    Somebody(_of("pieter"), RIVER, _P, WC),
    Somebody(_of("zanele"), RIVER, _T, WC),
    Somebody(_of("bongani"), VALLEY, _T, KZN),
    Somebody(_of("fatima"), VALLEY, _P, KZN),
    Somebody(_of("lerato"), SUNRISE, _E, GP),
    Somebody(_of("thembi"), SUNRISE, _E, GP),
    Somebody(_of("johan"), PORT, _T, WC),
    Somebody(_of("naledi"), READERS, _C, GP),
    Somebody(_of("mandla"), OFFICE, Category.GOVERNMENT, EC),
    Somebody(_of("refilwe"), NUMBERS, _C, EC),
    Somebody(_of("kagiso"), "", _T, GP),
    Somebody(_on_discord(1), HILL, _P, EC),
    Somebody(_on_discord(2), PORT, _T, WC),
    Somebody(_on_discord(3), PORT, _T, WC),
    Somebody(_on_discord(4), READERS, _C, GP),
    Somebody(_on_discord(5), VALLEY, _T, KZN),
    Somebody(_on_discord(6), SUNRISE, _E, GP),
    Somebody(_on_discord(7), RIVER, _T, WC),
    Somebody(_on_discord(8), OFFICE, Category.GOVERNMENT, EC),
    Somebody(_on_discord(9), "", Category.PARENT, KZN),
    Somebody(_on_discord(10), NUMBERS, Category.RESEARCH, EC),
)
"""Twenty-four; the first facilitates. Two are on both platforms."""

MEETINGS: tuple[Gathering, ...] = (
    Gathering(
        "What our learners find hard about fractions",
        (0, 1, 2, 3, 5, 7, 10, 14, 15, 17),
        (0, 1, 2, 3, 5, 7, 10, 12, 14, 15),
        (9, 20),
    ),
    Gathering(
        "Bottle tops, stones and string: number sense for nothing",
        (0, 1, 2, 4, 5, 7, 8, 11, 14, 15, 18, 19),
        (0, 1, 2, 4, 5, 7, 8, 14, 15, 18),
        (3, 17),
    ),
    Gathering(
        "Reading a word problem together",
        (0, 1, 3, 4, 5, 7, 10, 14, 17, 18, 20),
        (0, 1, 3, 4, 5, 10, 14, 17, 20),
    ),
    Gathering(
        "Marking that helps, forty-five learners at a time",
        (0, 1, 2, 4, 6, 8, 10, 11, 14, 16, 17, 18, 21),
        (0, 1, 2, 4, 6, 8, 11, 14, 16, 17, 23),
        (5, 9),
    ),
    Gathering(
        "Home language, maths language",
        (0, 2, 4, 6, 7, 8, 13, 14, 16, 18, 22),
        (0, 2, 4, 6, 7, 8, 14, 16, 22),
    ),
    Gathering(
        "What we keep, what we try next term",
        (0, 1, 2, 4, 5, 6, 7, 9, 10, 14, 16, 17, 18, 23),
        (0, 1, 2, 4, 5, 6, 7, 10, 14, 16, 17, 18, 23),
        (3,),
        (
            (0, "decision We keep the error hunt as a starter in every lesson"),
            (14, "decision Next term we try one lesson each in two languages"),
            (5, "idea Learners explain a mistake to a younger class"),
            (4, "info The glossary hangs in four classrooms, and learners use it by themselves"),
            (0, "action Print the glossary for the schools without a printer\ndue: in two weeks"),
        ),
    ),
)

_USED, _ADAPTED, _NOT = HowUsed.USED, HowUsed.ADAPTED, HowUsed.DID_NOT_WORK
RESOURCES: tuple[Brought, ...] = (
    Brought(1, 0, "fraction-strips", "Fraction strips to print", "One page, no colour needed",
            "tool", "Primary", ((4, _USED, "Grade 4, worked at once"), (5, _ADAPTED, ""))),
    Brought(0, 0, "misconceptions", "Ten misconceptions about fractions", "Short and honest",
            "guideline", "Primary", ((3, _USED, "Read it with my staff"), (12, _USED, ""))),
    Brought(10, 0, "story-of-half", "The story of half a loaf", "A story to begin with", "story",
            "Foundation phase", ((7, _ADAPTED, "With bread from the tuck shop"),)),
    Brought(2, 1, "bottle-tops", "Counting with bottle tops", "Costs nothing", "tool",
            "Foundation phase", ((8, _USED, ""), (1, _USED, "We did it next door"))),
    Brought(14, 1, "string-line", "A number line of string", "Learners move, not only the pen",
            "tool", "Primary", ((2, _USED, ""),)),
    Brought(7, 1, "stones-games", "Seven games with stones", "For the little ones outside", "tool",
            "Early childhood", ((19, _USED, ""), (5, _NOT, "Our yard is gravel"))),
    Brought(17, 2, "word-problems", "Acting out word problems", "Even the shy ones speak",
            "video", "Primary", ((14, _USED, ""), (20, _ADAPTED, "In isiXhosa"))),
    Brought(3, 2, "reading-maths", "Reading maths aloud in pairs", "Ten minutes, every day",
            "practice profile", "Primary"),
    Brought(4, 2, "glossary", "A maths glossary in four languages", "Print it, hang it up",
            "document", "Primary", ((16, _USED, "On every desk now"), (22, _USED, ""))),
    Brought(11, 3, "marking-codes", "Five marking codes", "Marking in half the time", "template",
            "Primary", ((1, _USED, ""), (6, _USED, "The whole school took it"))),
    Brought(8, 3, "peer-marking", "Peer marking that is kind", "Learners mark the first draft",
            "guideline", "Primary"),
    Brought(18, 3, "error-hunt", "The error hunt", "A starter that tells me where we are", "tool",
            "Primary", ((5, _USED, ""),)),
    Brought(16, 4, "code-switching", "Code switching on purpose", "What research says, in a page",
            "research", "Secondary", ((9, _USED, ""), (2, _ADAPTED, ""))),
    Brought(13, 4, "songs", "Counting songs in Setswana", "My learners taught me these", "audio",
            "Foundation phase", ((7, _USED, "Sung every morning"),)),
    Brought(6, 4, "timetable", "A timetable with ten quiet minutes", "How we found the time",
            "template", "Primary", ((3, _NOT, "Our buses come too late"),)),
)  # fmt: skip


def days_of(today: date) -> tuple[date, ...]:
    """The days of the meetings: evenly in a quarter, all behind us, the last one lately."""
    anchor = today - timedelta(days=45)
    first = date(anchor.year, (anchor.month - 1) // 3 * 3 + 1, 1)
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    last = min(following, today) - timedelta(days=2)
    start = first + timedelta(days=6)
    step = min((last - start) / (len(MEETINGS) - 1), timedelta(days=MOST_DAYS_APART))
    return tuple(start + step * place for place in range(len(MEETINGS)))
