"""Library: what a community finds useful, how to find it again, and how it was used.

Owns: resources (links, files, messages, minutes, highlights), who can read them, who used them and
how that went, and the files.

Answers: library.ask-for-room.v1, library.describe-resource.v1, library.find-resources.v1,
library.publish-resource.v1, library.save-resource.v1, library.share-resource.v1,
library.show-my-data.v1, library.show-resource.v1, library.use-resource.v1,
library.withdraw-resource.v1

Tells: library.erasure-answered.v1, library.member-unlinked.v1, library.resource-blanked.v1,
library.resource-described.v1, library.resource-saved.v1, library.resource-shared.v1,
library.resource-used.v1, library.resource-withdrawn.v1

Listens to: membership.group-size-changed.v1, membership.member-erased.v1,
membership.member-unlinked.v1, membership.members-merged.v1, membership.members-parted.v1,
scheduling.highlights-shared.v1, scheduling.minutes-approved.v1
"""
