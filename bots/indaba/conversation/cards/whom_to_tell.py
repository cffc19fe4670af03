"""Events that are told outside of threads, and to whom."""

from indaba.contracts.actions import ActionsDue
from indaba.contracts.calendars import CalendarNotRead, CalendarRead
from indaba.contracts.consenting import ConsentDue
from indaba.contracts.digest import DigestDue, NewsDue, PublicationAsked
from indaba.contracts.ids import CommunityId
from indaba.contracts.linking import LinkTold
from indaba.contracts.removal import CaseTold
from indaba.contracts.safeguarding import ReportCame
from indaba.contracts.series import SeriesCalledOff

Errand = (
    ActionsDue
    | CaseTold
    | ConsentDue
    | DigestDue
    | LinkTold
    | NewsDue
    | ReportCame
    | PublicationAsked
    | SeriesCalledOff
    | CalendarRead
    | CalendarNotRead
)


_PRIVATE = (ActionsDue, ConsentDue, LinkTold, NewsDue, PublicationAsked, ReportCame)


def community_of(event: Errand) -> CommunityId | None:
    """The community that an event is told in; `None` if it is about none."""
    match event:
        case ReportCame():
            return None
        case SeriesCalledOff():
            return event.series.community
        case CalendarRead() | CalendarNotRead():
            return event.calendar.community
        case _:
            return event.community


def concerns_members(event: Errand) -> bool:
    """Whether members are told in their own chats, wherever their community has its rooms."""
    return isinstance(event, _PRIVATE) or (
        isinstance(event, CaseTold | DigestDue) and bool(event.members)
    )
