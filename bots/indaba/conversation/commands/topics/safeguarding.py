"""About harm: reporting it to somebody outside the community, and reading what was reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from indaba.contracts.refusal import HINT, Hint, NotALead, hint
from indaba.contracts.safeguarding import (
    LONGEST_REPORT,
    CloseReport,
    DraftReport,
    ListReports,
    ReadReport,
    ReportFacts,
    ReportingShown,
    SendReport,
    ShowReporting,
)
from indaba.conversation.answer import Answer, Choice, Choices, Items, Style, Text
from indaba.conversation.commands.fields import ReportCodeTyped
from indaba.conversation.commands.hints import put_in
from indaba.conversation.commands.intent import Intent, ServiceClient, question
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain

WhichReport = Annotated[
    ReportCodeTyped,
    Field(
        description="The report's code, such as S7K2Q",
        json_schema_extra={"question": "Which report? Type its code, such as S7K2Q.", "word": True},
    ),
]


class ReportIt(Intent, noun="safety", verb="report", aliases=("report new", "report abuse")):
    """Report harm to somebody outside this community."""

    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True
    example: ClassVar[str] = "safety report somebody was hurt at our last meeting"

    words: str = Field(
        default="",
        max_length=LONGEST_REPORT,
        description="What happened; you see who reads it before it is sent",
        json_schema_extra={
            "question": "What happened? Write it in one message. Nothing is sent yet; to leave it, "
            "say stop."
        },
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Who would read it, then the question for the words, or the choice to send them."""
        about, wording = await services.ask(ShowReporting()), person.wording
        if not self.words:
            return Answer((*_before(about, wording), question(type(self), {}, "words", wording)))
        drafted = await services.ask(
            DraftReport(platform=person.platform, account=person.account, words=self.words)
        )
        options = (
            Choice(wording.say("Send the report"), "✅", SendIt(draft=drafted.draft), Style.MAIN),
            Choice(wording.say("Do not send it"), "❌", NeverMind()),
        )
        lead = wording.say(
            "Your report is not sent yet. If you do not send it, it is gone in half an hour."
        )
        return Answer((Text(lead), *_before(about, wording), Choices(options)))


def _before(about: ReportingShown, wording: Wording) -> tuple[Text, ...]:
    """What somebody should know before they send a report."""
    say = wording.say
    return (
        Text(
            say(
                "Your words go to the safeguarding leads whom the operators of this Indaba have "
                "named, and to nobody in this community. They are not told who you are, so write "
                "down how to reach you if you want an answer."
            )
        ),
        Text(
            say(
                "If somebody is in danger now, call: {helplines}. I cannot do that for you, and "
                "nobody may read your report today.",
                helplines=plain(about.helplines),
            )
        ),
        Text(
            say(
                "Teachers and many others must by law report harm to a child to the authorities. "
                "Telling me is not such a report."
            )
        ),
    )


class SendIt(Intent, noun="safety", verb="send", hidden=True):
    """Send a report, having been told who reads it."""

    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True

    draft: UUID

    def again(self) -> Hint:
        """What led to it."""
        return hint("safety report")

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says that it is sent, and what is left of it here."""
        await services.ask(
            SendReport(platform=person.platform, account=person.account, draft=self.draft)
        )
        return Answer.of(
            person.wording.say(
                "Sent. It is kept sealed, without your name, until the safeguarding leads have "
                "dealt with it. Your own message is still in this chat: delete it if others use "
                "your phone."
            )
        )


class _ForLeads(Intent):
    """What only safeguarding leads can ask for."""

    EVERYWHERE: ClassVar[bool] = True
    PRIVATE: ClassVar[bool] = True

    @classmethod
    def check(cls, person: Person) -> None:
        """Raise `NotALead` for everybody else."""
        if person.passport is None or not person.passport.lead:
            raise NotALead


class ListOfReports(_ForLeads, noun="safety", verb="list", aliases=("report list",)):
    """Show which reports there are (safeguarding leads)."""

    example: ClassVar[str] = "safety list"

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Their codes, and how to read one."""
        reports = (await services.ask(ListReports())).reports
        wording = person.wording
        if not reports:
            return Answer.of(wording.say("There are no reports."))
        lines = tuple(_line(report, wording) for report in reports)
        line = person.types("safety read", code=reports[0].code)
        return Answer((Items(lines), Text(wording.say("To read one: {line}", line=line))))


class ReadIt(_ForLeads, noun="safety", verb="read", aliases=("report read",)):
    """Read a report (safeguarding leads)."""

    example: ClassVar[str] = "safety read S7K2Q"

    code: WhichReport

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Its words as they were written."""
        shown = await services.ask(ReadReport(code=self.code))
        wording = person.wording
        words = (Text(plain(part)) for part in shown.words.splitlines() if part.strip())
        ends = wording.say(
            "Once you have dealt with it: {line}",
            line=person.types("safety close", code=self.code),
        )
        closed = shown.facts.deleted_on is not None
        more = () if closed else (Text(ends),)
        return Answer((Text(_line(shown.facts, wording)), *words, *more))


class CloseIt(_ForLeads, noun="safety", verb="close", aliases=("report close",)):
    """Say that a report is dealt with (safeguarding leads)."""

    example: ClassVar[str] = "safety close S7K2Q"

    code: WhichReport

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Says when it is deleted."""
        closed = await services.ask(CloseReport(code=self.code))
        day = say_day(closed.deleted_on, person.wording.locale)
        words = "Closed. Report {code} is deleted on {day}; until then you can still read it."
        return Answer.of(person.wording.say(words, code=self.code, day=day))


def _line(report: ReportFacts, wording: Wording) -> str:
    came = say_day(report.came_on, wording.locale)
    if report.deleted_on is None:
        return wording.say("{code}, came on {day}", code=report.code, day=came)
    gone = say_day(report.deleted_on, wording.locale)
    return wording.say(
        "{code}, came on {day}, closed, is deleted on {gone}",
        code=report.code, day=came, gone=gone,
    )  # fmt: skip


def has_come(code: str, wording: Wording, prefix: str, intents: Sequence[type[Intent]]) -> Answer:
    """What a safeguarding lead is told of a new report."""
    words = wording.say(
        "A report has come to you as a safeguarding lead. To read it: {hint}", hint=HINT
    )
    return Answer((Text(put_in(words, hint("safety read", code=code), prefix, intents)),))
