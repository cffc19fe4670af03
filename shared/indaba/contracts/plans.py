"""Contracts about changes that alter what people had planned. Owned by scheduling."""

from enum import StrEnum

from pydantic import AwareDatetime

from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import MeetingEvent


class PlanChange(StrEnum):
    """What has changed for those who meant to come."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    PLACE = "place"
    EARLY = "early"


class PlansChanged(MeetingEvent, wire="scheduling.plans-changed.v1"):
    """A change concerns `members`, who said yes or maybe, and is to be heard by them.

    `late` for those who had quiet hours when it was made. Not worth telling after `until`.
    """

    what: PlanChange
    members: tuple[MemberId, ...]
    until: AwareDatetime
    late: bool = False


class MovedUp(MeetingEvent, wire="scheduling.moved-up.v1"):
    """Places became free: these members, who were waiting, now have one."""

    members: tuple[MemberId, ...]
