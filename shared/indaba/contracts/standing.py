"""Who may ask what, and which part of the answer they read: decided here, for every service."""

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

    `ANYBODY` may ask without one; a `VISITOR` is in its rooms or at its pages; of somebody `KNOWN`
    something is kept, wherever they ask; a `MEMBER` and a `FACILITATOR` hold that role now. What a
    `FACE` or a safeguarding `LEAD` alone may ask, nobody else may, whatever their role.
    """

    ANYBODY = "anybody"
    VISITOR = "visitor"
    KNOWN = "known"
    MEMBER = "member"
    FACILITATOR = "facilitator"
    FACE = "face"
    LEAD = "lead"


class ForMembers:
    """Marks a field that visitors do not read: it has a default, and they get that."""


class UntilPublished:
    """Marks a field that visitors read only where its model's own `published` says so."""


def admit(
    asked_by: Standing, passport: Passport, *, faces: bool, opened_by: frozenset[Part] = frozenset()
) -> None:
    """Let somebody ask. Raises `NotALead`, or what the passport does.

    `faces` says that a face may ask on its own behalf, as a member would. Where any part is named
    in `opened_by`, visitors may ask only if one of these is published.
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
    """The reply as this asker may read it."""
    seen: M = reply if reads_all(passport) else _for_visitors(reply)
    return seen


def reads_all(passport: Passport) -> bool:
    """Whether an asker reads what is for members."""
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
