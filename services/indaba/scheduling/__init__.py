"""Scheduling: when people meet, who comes, who came.

Owns: meetings, RSVPs, check-ins, who wants reminders, and the timers that remind and close.

Answers: scheduling.add-action.v1, scheduling.add-agenda-item.v1, scheduling.add-date.v1,
scheduling.answer-rsvp.v1, scheduling.approve-minutes.v1, scheduling.cancel-meeting.v1,
scheduling.cast-vote.v1, scheduling.change-action.v1, scheduling.change-agenda-item.v1,
scheduling.change-meeting.v1, scheduling.change-note.v1, scheduling.change-series.v1,
scheduling.check-in.v1, scheduling.close-meeting.v1, scheduling.close-vote.v1,
scheduling.correct-register.v1, scheduling.edit-highlights.v1, scheduling.end-series.v1,
scheduling.follow-calendar.v1, scheduling.give-feedback.v1, scheduling.hand-action.v1,
scheduling.import-terms.v1, scheduling.list-actions.v1, scheduling.list-calendars.v1,
scheduling.list-meetings.v1, scheduling.list-methods.v1, scheduling.move-meeting.v1,
scheduling.open-topic.v1, scheduling.open-vote.v1, scheduling.publish-highlights.v1,
scheduling.read-length.v1, scheduling.read-meeting.v1, scheduling.read-repeat.v1,
scheduling.read-weekly.v1, scheduling.read-when.v1,
scheduling.remove-agenda-item.v1, scheduling.repeat-otherwise.v1, scheduling.restore-meeting.v1,
scheduling.restore-note.v1, scheduling.schedule-meeting.v1, scheduling.set-digest.v1,
scheduling.set-due-day.v1, scheduling.set-my-digest.v1, scheduling.set-quiet-hours.v1,
scheduling.set-quorum.v1, scheduling.set-reminder-times.v1, scheduling.set-reminders.v1,
scheduling.share-highlights.v1, scheduling.show-agenda.v1, scheduling.show-checklist.v1,
scheduling.show-digest.v1, scheduling.show-feedback.v1, scheduling.show-highlights.v1,
scheduling.show-meeting.v1, scheduling.show-minutes.v1, scheduling.show-my-data.v1,
scheduling.show-register.v1, scheduling.show-series.v1, scheduling.show-vote.v1,
scheduling.start-meeting.v1, scheduling.start-series.v1, scheduling.take-note.v1,
scheduling.take-role.v1, scheduling.unfollow-calendar.v1

Tells: scheduling.action-added.v1, scheduling.action-changed.v1, scheduling.actions-due.v1,
scheduling.agenda-changed.v1, scheduling.calendar-not-read.v1, scheduling.calendar-read.v1,
scheduling.check-in-corrected.v1, scheduling.checked-in.v1, scheduling.decision-made.v1,
scheduling.digest-due.v1, scheduling.erasure-answered.v1, scheduling.feedback-asked.v1,
scheduling.feedback-closed.v1, scheduling.highlights-shared.v1, scheduling.meeting-announced.v1,
scheduling.meeting-blanked.v1, scheduling.meeting-cancelled.v1, scheduling.meeting-changed.v1,
scheduling.meeting-closed.v1, scheduling.meeting-moved.v1, scheduling.meeting-restored.v1,
scheduling.meeting-scheduled.v1, scheduling.meeting-started.v1, scheduling.member-unlinked.v1,
scheduling.minutes-approved.v1, scheduling.moved-up.v1, scheduling.news-due.v1,
scheduling.note-kept.v1, scheduling.plans-changed.v1, scheduling.publication-asked.v1,
scheduling.reminder-due.v1,
scheduling.rsvp-changed.v1, scheduling.series-called-off.v1, scheduling.series-changed.v1,
scheduling.series-started.v1, scheduling.step-due.v1, scheduling.topic-opened.v1,
scheduling.vote-counted.v1, scheduling.vote-opened.v1

Listens to: membership.community-founded.v1, membership.consent-changed.v1,
membership.group-size-changed.v1,
membership.member-described.v1, membership.member-erased.v1, membership.member-left.v1,
membership.member-unlinked.v1, membership.members-merged.v1, membership.members-parted.v1,
membership.publication-undecided.v1, membership.release-installed.v1
"""
