"""Outcomes: what a community achieves, in figures that show what they are based on.

Owns: countable facts by id, all of them copied from other services' events.

Answers: outcomes.show-my-data.v1, outcomes.show-report.v1

Tells: outcomes.erasure-answered.v1

Listens to: library.member-unlinked.v1, library.resource-blanked.v1, library.resource-described.v1,
library.resource-saved.v1, library.resource-used.v1, library.resource-withdrawn.v1,
membership.community-founded.v1, membership.group-size-changed.v1,
membership.member-described.v1, membership.member-erased.v1,
membership.member-joined.v1, membership.member-left.v1, membership.member-unlinked.v1,
membership.members-merged.v1, membership.members-parted.v1, scheduling.check-in-corrected.v1,
scheduling.checked-in.v1, scheduling.meeting-blanked.v1, scheduling.meeting-cancelled.v1,
scheduling.meeting-closed.v1, scheduling.meeting-moved.v1, scheduling.meeting-scheduled.v1,
scheduling.member-unlinked.v1
"""
