"""Who may ask what, and which part of the answer they can read: one rule for every service."""

from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from indaba.contracts.openness import Part
from indaba.contracts.passport import Passport
from indaba.contracts.refusal import NotALead, NotAllowed

M = TypeVar("M", bound=BaseModel)


class Standing(StrEnum):
    """What somebody is to a community, from least to most.

    `ANYBODY` needs no community. A `VISITOR` is in its rooms or on its pages. `KNOWN` is somebody
    about whom something is stored, in any community or none. A `MEMBER` and a `FACILITATOR` hold
    that role now. What only a `FACE` or a safeguarding `LEAD` may ask, nobody else may, whatever
    their role.
    """

    ANYBODY = "anybody"
    VISITOR = "visitor"
    KNOWN = "known"
    MEMBER = "member"
    FACILITATOR = "facilitator"
    FACE = "face"
    LEAD = "lead"


class ForMembers:
    """Marks a field that only members can read. Visitors get its default, which it must have."""


class UntilPublished:
    """Marks a field that visitors can read only if its model has a true `published`."""


def admit(
    asked_by: Standing, passport: Passport, *, faces: bool, opened_by: frozenset[Part] = frozenset()
) -> None:
    """Let somebody ask. Raises `NotAllowed`, `NotALead`, or what the passport raises.

    With `faces`, a face may ask on its own behalf, as a member would. If `opened_by` names any
    parts, visitors may ask only if one of them is published.
    """
    match asked_by:
        case Standing.VISITOR:
            _admit_visitor(passport, opened_by)
        case Standing.KNOWN if passport.member is None:
            raise passport.no()
        case Standing.MEMBER if faces and passport.face:
            passport.in_community()
        case Standing.MEMBER:
            passport.a_member()
        case Standing.FACILITATOR:
            passport.a_facilitator()
        case Standing.FACE if not passport.face:
            raise NotAllowed(Standing.FACE)
        case Standing.LEAD if not passport.lead:
            raise NotALead


def _admit_visitor(passport: Passport, opened_by: frozenset[Part]) -> None:
    passport.in_community()
    if opened_by and not (reads_all(passport) or opened_by & passport.opened):
        raise passport.no()


def as_read_by(reply: M, passport: Passport) -> M:
    """The reply with only what this asker can read."""
    seen: M = reply if reads_all(passport) else _for_visitors(reply)
    return seen


def reads_all(passport: Passport) -> bool:
    """Whether an asker can read what is for members."""
    return passport.face or (passport.member is not None and bool(passport.roles))


def _for_visitors(value: Any) -> Any:
    match value:
        case BaseModel():
            fields = type(value).model_fields
            published = getattr(value, "published", False) is True
            seen = {
                name: field.get_default(call_default_factory=True)
                if _is_closed(field, published=published)
                else _for_visitors(getattr(value, name))
                for name, field in fields.items()
            }
            return value.model_copy(update=seen)
        case tuple():
            return tuple(map(_for_visitors, value))
        case dict():
            return {name: _for_visitors(each) for name, each in value.items()}
    return value


def _is_closed(field: FieldInfo, *, published: bool) -> bool:
    marks = field.metadata
    return ForMembers in marks or (UntilPublished in marks and not published)
