"""Portal: a community's page, calendar, library and outcomes, on the web. It decides nothing.

Owns: who is signed in here, for thirty days, and digests of the addresses of members' own
calendars. Everything else is copied from the events of services.

Asks: library.find-resources.v1, library.show-resource.v1, membership.consume-sign-in.v1,
membership.find-accounts.v1, membership.issue-passport.v1, membership.show-responsible.v1,
outcomes.show-report.v1, scheduling.show-agenda.v1, scheduling.show-meeting.v1

Tells: portal.erasure-answered.v1

Listens to: membership.account-unlinked.v1, membership.address-renewed.v1,
membership.community-founded.v1, membership.member-erased.v1, membership.member-left.v1,
membership.member-unlinked.v1, membership.members-merged.v1, membership.members-parted.v1,
membership.places-changed.v1, membership.publication-changed.v1, membership.roles-changed.v1,
scheduling.check-in-corrected.v1, scheduling.checked-in.v1, scheduling.highlights-shared.v1,
scheduling.meeting-announced.v1, scheduling.meeting-blanked.v1, scheduling.meeting-cancelled.v1,
scheduling.meeting-changed.v1, scheduling.meeting-closed.v1, scheduling.meeting-moved.v1,
scheduling.meeting-restored.v1, scheduling.meeting-scheduled.v1, scheduling.meeting-started.v1,
scheduling.minutes-approved.v1, scheduling.moved-up.v1, scheduling.plans-changed.v1,
scheduling.reminder-due.v1,
scheduling.rsvp-changed.v1, scheduling.series-called-off.v1, scheduling.series-changed.v1,
scheduling.series-started.v1
"""
