"""Minutes and highlights as text, in lines that begin with `# `, `## ` or `- `.

Minutes are for members and name nobody. Highlights are for everybody: drafted from what was tagged,
without the names of those mentioned, in at most 600 words, and in 300 characters for phones.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from indaba.contracts.record import NoteKind, QuorumState, Rule, TopicMinutes
from indaba.contracts.refusal import Refusal, hint
from indaba.scheduling.model.meeting import Meeting
from indaba.scheduling.model.record import Note, standing
from indaba.scheduling.model.wall_time import day_in_words

MOST_WORDS = 600
SHORT = 300

LABELS = {
    NoteKind.DECISION: "Decided",
    NoteKind.ACTION: "Action",
    NoteKind.INFO: "",
    NoteKind.IDEA: "Idea",
    NoteKind.HELP: "Asked for help",
    NoteKind.LINK: "Link",
}
SHARED = (NoteKind.DECISION, NoteKind.INFO, NoteKind.IDEA, NoteKind.LINK)
HEADINGS = {
    NoteKind.DECISION: "Decisions",
    NoteKind.INFO: "Key messages",
    NoteKind.IDEA: "Ideas",
    NoteKind.LINK: "Links",
}
_MENTION = re.compile(
    r"<@!?\d+>|@[\w.=/+-]+:[\w.-]+(?::\d+)?|\[[^\]]*\]\(https://matrix\.to/#/@[^)]*\)"
    r"|https://matrix\.to/#/@\S+|(?<!\w)@[\w.-]{2,}"
)


class TooManyWords(Refusal):
    """Highlights of more than 600 words. `count` is how many they have."""

    code = "too-many-words"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The highlights have {count} words, and at most {MOST_WORDS} fit. "
            "Please shorten them.",
            count=count,
        )


class HighlightsEmpty(Refusal):
    """Nothing was noted that could be shared."""

    code = "highlights-empty"

    def __init__(self, code: str) -> None:
        super().__init__(
            "There is nothing to share yet: no decision, information, idea or link was noted. "
            "Write the highlights yourself with: {hint}",
            hint=hint("minutes highlights", code=code, text="What we learnt"),
            code=code,
        )


class StillOn(Refusal):
    """Something that has to wait until the meeting is over."""

    code = "meeting-still-on"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code} is not over yet. End it first: {{hint}}",
            hint=hint("meeting end", code=code),
            code=code,
        )


def by_topic(notes: Iterable[Note]) -> tuple[TopicMinutes, ...]:
    """Lines by topic, in the order in which topics came up. Removed lines are left out."""
    topics: dict[str, list[Note]] = {}
    for note in standing(notes):
        topics.setdefault(note.topic, []).append(note)
    return tuple(
        TopicMinutes(title=title, notes=tuple(note.facts() for note in lines))
        for title, lines in topics.items()
    )


def title_of(meeting: Meeting) -> str:
    """The meeting's title and day."""
    return f"{meeting.title or meeting.code}, {_day(meeting.starts)}"


def _day(day: datetime) -> str:
    return f"{day_in_words(day)} {day.year}"


def minutes_text(meeting: Meeting, notes: Iterable[Note], quorum: QuorumState) -> str:
    """The text of the minutes."""
    lines = [f"# Minutes: {title_of(meeting)}", present_line(quorum, meeting.walk_ins)]
    for topic in by_topic(notes):
        lines += [f"## {topic.title}"] if topic.title else []
        lines += [f"- {line_of(note.kind, note.text, note.rule)}" for note in topic.notes]
    return "\n".join(lines)


def present_line(quorum: QuorumState, walk_ins: int) -> str:
    """How many were present, and whether that was a quorum."""
    guests = f", and {walk_ins} who are not members" if walk_ins else ""
    enough = ""
    if quorum.needed or quorum.missing:
        enough = " There was a quorum." if quorum.met else " There was no quorum."
    return f"{quorum.present} members were there{guests}.{enough}"


def line_of(kind: NoteKind, text: str, rule: Rule | None = None) -> str:
    """A line with its label, such as "Decision"."""
    label = LABELS[kind]
    by = f" (by {rule})" if rule and rule is not Rule.CONSENSUS else ""
    return f"{label}{by}: {text}" if label else text


def highlights_text(meeting: Meeting, notes: Iterable[Note]) -> str:
    """A draft of the highlights: what was decided, learnt and shared, in at most 600 words."""
    noted = standing(notes)
    lines = [f"# {title_of(meeting)}"]
    for kind in SHARED:
        texts = [nameless(note.text) for note in noted if note.kind is kind]
        lines += [f"## {HEADINGS[kind]}", *(f"- {text}" for text in texts)] if texts else []
    return "\n".join(_within(lines))


def _within(lines: Sequence[str]) -> list[str]:
    fitting: list[str] = []
    words = 0
    for line in lines:
        words += len(line.split())
        if words > MOST_WORDS:
            break
        fitting.append(line)
    return fitting[:-1] if fitting and fitting[-1].startswith("## ") else fitting


def short_text(title: str, text: str) -> str:
    """The text in at most 300 characters, cut between words."""
    lines = [ln.removeprefix("- ") for ln in text.splitlines() if not ln.startswith("#")]
    sentences = (f"{line.rstrip(' .')}." for line in lines if line.strip())
    whole = " ".join([f"{title}:", *sentences])
    if len(whole) <= SHORT:
        return whole
    return whole[: SHORT - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def nameless(text: str) -> str:
    """The text without the names of those mentioned in it."""
    return _MENTION.sub("a member", text)


def edited(text: str) -> str:
    """Highlights in a facilitator's words, tidied up. Raises `TooManyWords`."""
    words = len(text.split())
    if words > MOST_WORDS:
        raise TooManyWords(words)
    lines = (" ".join(nameless(line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
