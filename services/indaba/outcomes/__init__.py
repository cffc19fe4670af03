"""Outcomes: starts, answers erasures, and waits for its work.

Owns: figures and the evidence behind them (from the next release on).

Answers: nothing yet

Tells: outcomes.erasure-answered.v1

Listens to: membership.member-erased.v1
"""
