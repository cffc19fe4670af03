"""The outcomes page: a community's figures for a term, for its members."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from indaba.contracts.outcomes import Attendance, Evidence, Figure, Report, ShowReport, Term
from indaba.conversation.commands.topics.outcomes import NAMES, figure_in_words
from indaba.conversation.times import say_day
from indaba.conversation.wording import Wording, plain
from indaba.portal.drawing import draw, sorry
from indaba.portal.model import Community
from indaba.portal.visiting import Visitor, Visitors, for_members

LONGEST_TERM = 20
LAST_QUARTER = 4


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One thing that a figure is based on."""

    code: str
    day: str
    counted: int
    of: int


@dataclass(frozen=True, slots=True)
class FigureInWords:
    """A figure in words. `behind` is empty for members who are not facilitators."""

    id: str
    name: str
    words: str
    behind: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class HeldMeeting:
    """A meeting that was held. `instant` is its day for machines."""

    code: str
    title: str
    day: str
    instant: str
    present: int
    newcomers: int | None
    came_again: int | None


class OutcomesPages:
    """One page: the report of a term."""

    def __init__(self, visitors: Visitors) -> None:
        self._visitors = visitors

    async def report(self, request: Request) -> Response:
        """The term in the address or in `?term=`; without either, the present one."""
        term = request.path_params.get("term") or request.query_params.get("term", "")
        visitor = await self._visitors.visitor(request)
        if not visitor.is_member:
            community, what = visitor.community, visitor.wording.say("Outcomes")
            return for_members(
                community,
                self._visitors.opened(community),
                what,
                "outcomes",
                exact="term" not in request.path_params,
            )
        if len(term) > LONGEST_TERM:
            return _no_such_term(visitor)
        report = (await self._visitors.ask(ShowReport(term=term), visitor)).as_read()
        return _drawn(report, visitor)


def _drawn(report: Report, visitor: Visitor) -> Response:
    wording, community = visitor.wording, visitor.community
    earlier, later = neighbours(report.term)
    return draw(
        "outcomes",
        wording=wording,
        term=report.term.name,
        first=say_day(report.term.first, wording.locale),
        last=say_day(report.term.last, wording.locale),
        so_far=report.so_far,
        figures=[_figure(figure, community, wording) for figure in report.figures],
        meetings=[_meeting(meeting, community, wording) for meeting in report.meetings],
        members=report.members,
        resources=report.resources,
        earlier=earlier,
        later="" if report.so_far else later,
        facilitates=visitor.facilitates,
        **visitor.facts("outcomes"),
    )


def neighbours(term: Term) -> tuple[str, str]:
    """The names of the terms before and after."""
    year, quarter = (int(part) for part in term.name.split("-"))
    before = f"{year}-{quarter - 1}" if quarter > 1 else f"{year - 1}-{LAST_QUARTER}"
    after = f"{year}-{quarter + 1}" if quarter < LAST_QUARTER else f"{year + 1}-1"
    return before, after


def _figure(figure: Figure, community: Community, wording: Wording) -> FigureInWords:
    return FigureInWords(
        id=figure.indicator.value,
        name=wording.say(NAMES[figure.indicator]),
        words=figure_in_words(figure, wording),
        behind=tuple(_evidence(evidence, community, wording) for evidence in figure.evidence),
    )


def _evidence(evidence: Evidence, community: Community, wording: Wording) -> EvidenceLine:
    day = evidence.happened_at.astimezone(ZoneInfo(community.zone)).date()
    return EvidenceLine(evidence.code, say_day(day, wording.locale), evidence.counted, evidence.of)


def _meeting(meeting: Attendance, community: Community, wording: Wording) -> HeldMeeting:
    day = meeting.starts_at.astimezone(ZoneInfo(community.zone)).date()
    return HeldMeeting(
        code=meeting.code,
        title=plain(meeting.title),
        day=say_day(day, wording.locale),
        instant=day.isoformat(),
        present=meeting.present,
        newcomers=meeting.newcomers,
        came_again=meeting.came_again,
    )


def _no_such_term(visitor: Visitor) -> Response:
    say = visitor.wording.say
    return sorry(
        say("There is no such term"),
        say("A term is a quarter of a year, such as 2026-4."),
        status=404,
        back=(f"/c/{visitor.community.key}/outcomes", say("Go to this term")),
    )
