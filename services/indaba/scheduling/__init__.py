"""Scheduling: when people meet, who comes, who came.

Owns: meetings, RSVPs, check-ins, who wants reminders, and the timers that remind and close.

Answers: scheduling.answer-rsvp.v1, scheduling.cancel-meeting.v1, scheduling.check-in.v1,
scheduling.close-meeting.v1, scheduling.list-meetings.v1, scheduling.move-meeting.v1,
scheduling.read-when.v1, scheduling.schedule-meeting.v1, scheduling.set-reminders.v1,
scheduling.show-meeting.v1, scheduling.show-my-data.v1

Tells: scheduling.checked-in.v1, scheduling.erasure-answered.v1, scheduling.meeting-blanked.v1,
scheduling.meeting-cancelled.v1, scheduling.meeting-closed.v1, scheduling.meeting-moved.v1,
scheduling.meeting-scheduled.v1, scheduling.reminder-due.v1, scheduling.rsvp-changed.v1

Listens to: membership.member-erased.v1, membership.member-left.v1, membership.members-merged.v1
"""
