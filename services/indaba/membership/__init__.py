"""Membership: who belongs, in which role, with whose consent.

Owns: communities, their rooms and what the world sees of them, members and their chat accounts,
roles, consent receipts, sign-ins, erasures, cases about members' places, sealed reports.
Only membership signs passports and stores personal data.

Answers: membership.add-place.v1, membership.answer-case.v1, membership.answer-consent.v1,
membership.answer-link.v1, membership.appeal-removal.v1, membership.ask-consent.v1,
membership.assign-role.v1, membership.close-report.v1, membership.consume-sign-in.v1,
membership.describe-me.v1, membership.draft-report.v1, membership.end-link-code.v1,
membership.end-overheard.v1, membership.erase-me.v1, membership.find-accounts.v1,
membership.find-members.v1, membership.find-places.v1, membership.found-community.v1,
membership.issue-link-code.v1,
membership.issue-passport.v1, membership.issue-room-code.v1, membership.issue-sign-in.v1,
membership.join-community.v1, membership.leave-community.v1, membership.link-account.v1,
membership.list-cases.v1, membership.list-reports.v1, membership.move-place.v1,
membership.note-departure.v1, membership.note-sign.v1, membership.propose-link.v1,
membership.publish.v1, membership.reach-members.v1, membership.read-report.v1,
membership.readmit-member.v1, membership.remove-member.v1, membership.remove-place.v1,
membership.renew-address.v1, membership.resume-role.v1, membership.send-report.v1,
membership.set-group-size.v1,
membership.show-case.v1, membership.show-consent.v1, membership.show-erased.v1,
membership.show-group-size.v1, membership.show-homes.v1,
membership.show-leads.v1, membership.show-link-code.v1, membership.show-links.v1,
membership.show-my-data.v1, membership.show-publication.v1, membership.show-reporting.v1,
membership.show-responsible.v1, membership.show-room-code.v1, membership.show-zones.v1,
membership.stand-in.v1, membership.suspend-account.v1, membership.suspend-member.v1,
membership.take-back-group-size.v1, membership.tell-link.v1, membership.unlink-account.v1

Tells: membership.account-linked.v1, membership.account-unlinked.v1, membership.address-renewed.v1,
membership.case-told.v1, membership.community-founded.v1, membership.consent-changed.v1,
membership.consent-due.v1, membership.group-size-asked.v1, membership.group-size-changed.v1,
membership.group-size-taken-back.v1, membership.link-told.v1, membership.member-described.v1,
membership.member-erased.v1, membership.member-erasure-finished.v1, membership.member-joined.v1,
membership.member-left.v1, membership.member-removed.v1, membership.member-unlinked.v1,
membership.members-merged.v1, membership.members-parted.v1, membership.places-changed.v1,
membership.publication-changed.v1, membership.publication-undecided.v1,
membership.release-installed.v1, membership.report-came.v1, membership.roles-changed.v1

Listens to: discord_bot.erasure-answered.v1, library.erasure-answered.v1,
matrix_bot.erasure-answered.v1, outcomes.erasure-answered.v1, portal.erasure-answered.v1,
scheduling.erasure-answered.v1
"""
