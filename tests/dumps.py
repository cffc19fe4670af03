"""Everything that databases hold, as text: to look for what must not be in it."""

from collections.abc import Iterable

from indaba.ledger import Ledger
from workshop import rows

TABLES = """
SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
WHERE table_schema IN ('public', 'ledger') AND table_type = 'BASE TABLE'
"""

Dump = dict[str, list[str]]
"""Every row as text, by process and table."""


async def dumped(ledgers: Iterable[Ledger]) -> Dump:
    found: Dump = {}
    for ledger in ledgers:
        for (table,) in await rows(ledger, TABLES):
            texts = await rows(ledger, f"SELECT t::text FROM {table} t")
            found[f"{ledger.name} {table}"] = [text for (text,) in texts]
    return found


def where(dump: Dump, words: str) -> set[str]:
    """The tables in which words stand, be it as the bytes of a column."""
    spelt = (words, words.encode().hex())
    return {t for t, texts in dump.items() if any(w in text for text in texts for w in spelt)}
