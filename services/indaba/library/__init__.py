"""Library: starts, answers erasures, and waits for its work.

Owns: resources and how they are used (from the next release on).

Answers: nothing yet

Tells: library.erasure-answered.v1

Listens to: membership.member-erased.v1
"""
