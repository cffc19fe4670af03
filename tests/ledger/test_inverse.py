"""What is undone is as it was, and what somebody did since stands."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indaba.ledger.inverse import Change, Key, Row, folded, inverse, key_of

GONE, MEMBER = "gone", "member"
KEYS = {"rsvps": ("meeting", "who"), "meetings": ("id",)}
Rows = dict[Key, Row]

whos = st.sampled_from([GONE, MEMBER, "other"])
rsvps = st.fixed_dictionaries(
    {"meeting": st.sampled_from("ab"), "who": whos, "answer": st.sampled_from(["yes", "no"])}
)
meetings = st.fixed_dictionaries(
    {"id": st.sampled_from("ab"), "author": whos, "chair": whos, "version": st.integers(1, 3)}
)
rows = st.one_of(st.tuples(st.just("rsvps"), rsvps), st.tuples(st.just("meetings"), meetings))
steps = st.lists(st.tuples(st.sampled_from(["put", "drop"]), rows), max_size=8)


def one(value: Any) -> Any:
    return MEMBER if value == GONE else value


def done(state: Rows, acts: Sequence[tuple[str, tuple[str, Row]]]) -> tuple[Rows, list[Change]]:
    """The rows after some acts, and every change; the version of a row only ever grows."""
    now, changes = dict(state), []
    seen = {key: row["version"] for key, row in state.items() if "version" in row}
    for act, (table, row) in acts:
        key = key_of(Change(table, row, None), KEYS)
        before = now.pop(key, None)
        if act == "put":
            if "version" in row:
                seen[key] = max(seen.get(key, 0) + 1, row["version"])
            now[key] = {**row, **({"version": seen[key]} if "version" in row else {})}
        changes.append(Change(table, before, now.get(key)))
    return now, [c for c in changes if c.before != c.after]


def carried_out(state: Rows, changes: Sequence[Change]) -> Rows:
    now = dict(state)
    for change in changes:
        key = key_of(change, KEYS)
        assert now.get(key) == change.before
        now.pop(key, None)
        if change.after is not None:
            now[key] = change.after
    return now


def unversioned(state: Rows) -> Rows:
    return {key: {n: v for n, v in row.items() if n != "version"} for key, row in state.items()}


@given(steps, steps)
def test_what_nobody_touched_since_is_as_before(first: Any, merge: Any) -> None:
    before, _ = done({}, first)
    made, changes = done(before, merge)
    undone = inverse(folded(changes, KEYS), made, KEYS, one)
    assert unversioned(carried_out(made, undone)) == unversioned(before)


@given(steps, steps)
def test_a_version_never_goes_back(first: Any, merge: Any) -> None:
    before, _ = done({}, first)
    made, changes = done(before, merge)
    after = carried_out(made, inverse(folded(changes, KEYS), made, KEYS, one))
    for key, row in after.items():
        seen = [s[key]["version"] for s in (before, made) if key in s and "version" in s[key]]
        assert row.get("version", 0) >= max(seen, default=0)


@given(steps, steps, steps)
def test_what_was_changed_since_stands(first: Any, merge: Any, later: Any) -> None:
    before, _ = done({}, first)
    made, changes = done(before, merge)
    present, since = done(made, later)
    net = folded(changes, KEYS)
    after = carried_out(present, inverse(net, present, KEYS, one))
    touched = [key_of(change, KEYS) for change in folded(since, KEYS)]
    changed = {(table, tuple(map(one, values))) for table, values in touched}
    for key in present.keys() | before.keys():
        together = (key[0], tuple(map(one, key[1])))
        if together not in changed:
            assert unversioned({key: after[key]} if key in after else {}) == unversioned(
                {key: before[key]} if key in before else {}
            )


@given(steps, steps, steps)
def test_merges_undone_the_last_first_leave_no_trace(first: Any, one_: Any, other: Any) -> None:
    before, _ = done({}, first)
    middle, early = done(before, one_)
    made, late = done(middle, other)
    back = carried_out(made, inverse(folded(late, KEYS), made, KEYS, one))
    back = carried_out(back, inverse(folded(early, KEYS), back, KEYS, one))
    assert unversioned(back) == unversioned(before)
