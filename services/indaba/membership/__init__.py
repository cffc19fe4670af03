"""Membership: who belongs, in which role, with whose consent.

Owns: communities and their rooms, members and their chat accounts, roles, consent receipts,
sign-ins, erasures. Alone signs passports; alone keeps personal data.

Answers: membership.add-place.v1, membership.assign-role.v1, membership.consume-sign-in.v1,
membership.describe-me.v1, membership.erase-me.v1, membership.find-accounts.v1,
membership.find-members.v1, membership.find-places.v1, membership.found-community.v1,
membership.issue-link-code.v1, membership.issue-passport.v1, membership.issue-room-code.v1,
membership.issue-sign-in.v1, membership.join-community.v1, membership.leave-community.v1,
membership.link-account.v1, membership.remove-place.v1, membership.show-erased.v1,
membership.show-my-data.v1, membership.show-room-code.v1, membership.show-zones.v1

Tells: membership.account-linked.v1, membership.community-founded.v1,
membership.member-described.v1, membership.member-erased.v1, membership.member-erasure-finished.v1,
membership.member-joined.v1, membership.member-left.v1, membership.members-merged.v1,
membership.places-changed.v1, membership.release-installed.v1, membership.roles-changed.v1

Listens to: discord_bot.erasure-answered.v1, library.erasure-answered.v1,
matrix_bot.erasure-answered.v1, outcomes.erasure-answered.v1, portal.erasure-answered.v1,
scheduling.erasure-answered.v1
"""
