"""About outcomes: the figures of a term."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from indaba.contracts.outcomes import Attendance, Figure, Indicator, Report, ShowReport
from indaba.contracts.passport import Role
from indaba.conversation.answer import Answer, Block, Facts, Items, Picture, Text
from indaba.conversation.cards.pictures import draw_report
from indaba.conversation.commands.intent import Intent, ServiceClient
from indaba.conversation.commands.person import Person
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain

NAMES = {
    Indicator.ATTENDANCE_RETENTION: "Came again to the next meeting",
    Indicator.NEWCOMER_RETURN: "Newcomers who came back",
    Indicator.CROSS_USE: "Resources used by another organisation",
}
RESTS_ON = {
    Indicator.ATTENDANCE_RETENTION: ("{n} person", "{n} people"),
    Indicator.NEWCOMER_RETURN: ("{n} newcomer", "{n} newcomers"),
    Indicator.CROSS_USE: ("{n} person", "{n} people"),
}
MOST_BEHIND = 8


class ReportOfTerm(Intent, noun="outcome", verb="report", aliases=("report", "outcomes")):
    """Show the community's figures for a term."""

    needs: ClassVar[Role | None] = Role.MEMBER
    MORE_ALONE: ClassVar[str] = "what only facilitators read of it"
    example: ClassVar[str] = "outcome report last"

    term: str = Field(
        default="",
        max_length=20,
        description="this, last, or a year and quarter such as 2026-4; this one if you do not say",
    )

    async def respond(self, person: Person, services: ServiceClient) -> Answer:
        """Each figure with what it rests on, a picture of the same, and what is behind it."""
        report = (await services.ask(ShowReport(term=self.term))).as_read()
        wording = person.wording
        name = plain(person.in_community().name)
        words = report_in_words(report, name, wording)
        picture = await draw_report(report, name, wording)
        pictured = (Picture(picture, alt_text(report, wording)),) if picture else ()
        link = wording.say(
            "The same on the web: {link}",
            link=f"{person.portal_url}/c/{person.in_community().key}/outcomes/{report.term.name}",
        )
        return Answer((*words, Text(link), *pictured))


def report_in_words(report: Report, name: str, wording: Wording) -> tuple[Block, ...]:
    """A report that needs no picture."""
    say = wording.say
    lead = say(
        "{name}, {first} to {last}",
        name=name,
        first=say_day(report.term.first, wording.locale),
        last=say_day(report.term.last, wording.locale),
    )
    so_far = (Text(say("The term is not over: these are figures so far.")),) * report.so_far
    rows = tuple((say(NAMES[f.indicator]), figure_in_words(f, wording)) for f in report.figures)
    size = (
        (say("Members now"), str(report.members)),
        (say("Meetings held"), str(len(report.meetings))),
        (say("Resources added"), str(report.resources)),
    )
    meetings = tuple(_meeting(meeting, wording) for meeting in report.meetings)
    held = (Text(say("Meetings:")), Items(meetings)) if meetings else ()
    return (Text(lead), *so_far, Facts((*rows, *size)), *held, *_behind(report, wording))


def figure_in_words(figure: Figure, wording: Wording) -> str:
    """A share with what it rests on; without enough of that, that there is none."""
    if figure.share is None and figure.indicator is Indicator.CROSS_USE:
        return wording.say("told once the term is over, if five people or more are on each side")
    if figure.share is None:
        return wording.say("not enough data (fewer than {needed})", needed=figure.needed)
    known = figure.released
    one, many = RESTS_ON[figure.indicator]
    return wording.say(
        "{share} % ({counted} of {of}; {rests_on})",
        share=round(figure.share * 100),
        counted=known.counted if known else figure.counted,
        of=known.of if known else figure.of,
        rests_on=wording.count(known.people if known else figure.n, one, many),
    )


def _meeting(meeting: Attendance, wording: Wording) -> str:
    words = "{code} {title}, {day}: {present} came"
    if meeting.newcomers is not None:
        words = "{code} {title}, {day}: {present} came, {newcomers} of them new"
    return wording.say(
        words,
        code=meeting.code,
        title=plain(meeting.title),
        day=say_day(meeting.day, wording.locale),
        present=meeting.present,
        newcomers=meeting.newcomers,
    )


def _behind(report: Report, wording: Wording) -> tuple[Block, ...]:
    """What each figure was made of; nothing for those who may not see it."""
    lines = tuple(
        wording.say(
            "{name}: {parts}",
            name=wording.say(NAMES[figure.indicator]),
            parts=", ".join(f"{e.code} {e.counted}/{e.of}" for e in figure.evidence[:MOST_BEHIND])
            + (", …" if len(figure.evidence) > MOST_BEHIND else ""),
        )
        for figure in report.figures
        if figure.evidence
    )
    return (Text(wording.say("What is behind them:")), Items(lines)) if lines else ()


def alt_text(report: Report, wording: Wording) -> str:
    """What the picture shows, for who does not see it."""
    if not report.meetings:
        return wording.say("An empty chart: no meeting was held in this term.")
    came = ", ".join(str(m.present) for m in report.meetings)
    figures = "; ".join(
        f"{wording.say(NAMES[f.indicator])}: {figure_in_words(f, wording)}" for f in report.figures
    )
    return wording.say(
        "Bars: how many came to each meeting of the term, in order: {came}. {figures}.",
        came=came,
        figures=figures,
    )
