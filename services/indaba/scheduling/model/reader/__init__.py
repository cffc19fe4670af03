"""Reads what people type about when: one reader over the whole line.

`tokens` takes the line apart, `lexicon` knows the words of each language, `lattice` finds every
phrase of the grammar (`clocks`, `days`, `rhythms`) at every place, `covering` chooses which of them
cover the line, and `assembling` puts those together. What that means is worked out in `when` and
`single` for one date, in `series` for many, in `meeting` for a line with a title, in `promise` for
what somebody will do, in `hours` for times of every day, in
`lengths` and `until` for how long something is, and in `weekly` for a day of the week.
"""

from indaba.scheduling.model.reader.hours import HoursNotRead, read_hours
from indaba.scheduling.model.reader.lengths import read_length
from indaba.scheduling.model.reader.meeting import MeetingRead, MeetingReading, read_meeting
from indaba.scheduling.model.reader.promise import Promise, read_due, read_promise
from indaba.scheduling.model.reader.series import RepeatRead, RepeatReading, read_repeat
from indaba.scheduling.model.reader.until import read_before, read_until
from indaba.scheduling.model.reader.weekly import read_weekly
from indaba.scheduling.model.reader.when import read_when, warm

__all__ = [
    "HoursNotRead",
    "MeetingRead",
    "MeetingReading",
    "Promise",
    "RepeatRead",
    "RepeatReading",
    "read_before",
    "read_due",
    "read_hours",
    "read_length",
    "read_meeting",
    "read_promise",
    "read_repeat",
    "read_until",
    "read_weekly",
    "read_when",
    "warm",
]
