"""Events that are told outside of threads, to whom, and what each is told."""

from dataclasses import dataclass

from indaba.contracts.actions import ActionsDue
from indaba.contracts.calendars import CalendarNotRead, CalendarRead
from indaba.contracts.consenting import ConsentDue
from indaba.contracts.digest import DigestDue, NewsDue, PublicationAsked
from indaba.contracts.group_sizes import GroupSizeAsked, GroupSizeChanged, GroupSizeTakenBack
from indaba.contracts.ids import CommunityId
from indaba.contracts.linking import LinkTold
from indaba.contracts.removal import CaseTold
from indaba.contracts.safeguarding import ReportCame
from indaba.contracts.series import SeriesCalledOff
from indaba.conversation.answer import Answer, Audience

Errand = (
    ActionsDue
    | CaseTold
    | ConsentDue
    | DigestDue
    | GroupSizeAsked
    | GroupSizeChanged
    | GroupSizeTakenBack
    | LinkTold
    | NewsDue
    | ReportCame
    | PublicationAsked
    | SeriesCalledOff
    | CalendarRead
    | CalendarNotRead
)


_PRIVATE = (ActionsDue, ConsentDue, LinkTold, NewsDue, PublicationAsked, ReportCame)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer for a room; `account` is whom it is for in a direct chat, made by `for_one`."""

    room: str
    answer: Answer
    account: str = ""

    def __post_init__(self) -> None:
        """Raise where one person would be told without a word for the case that others read."""
        if bool(self.account) is not (self.answer.audience is Audience.ALONE):
            raise ValueError("what is told to one account is made by for_one, and nothing else")


def community_of(event: Errand) -> CommunityId | None:
    """The community that an event is told in; `None` if it is about none."""
    match event:
        case ReportCame():
            return None
        case SeriesCalledOff():
            return event.series.community
        case GroupSizeAsked() | GroupSizeChanged() | GroupSizeTakenBack():
            return CommunityId(event.aggregate)
        case CalendarRead() | CalendarNotRead():
            return event.calendar.community
        case _:
            return event.community


def concerns_members(event: Errand) -> bool:
    """Whether members are told in their own chats, wherever their community has its rooms."""
    return isinstance(event, _PRIVATE) or (
        isinstance(event, CaseTold | DigestDue) and bool(event.members)
    )
