"""Short codes that people can type and read aloud."""

from indaba.contracts.ids import CODE_LETTERS

DOOR_LENGTH = 4

_LENGTHS = range(4, 9)
_FIGURES = "23456789"


def code_from(random_number: int, length: int = 4, letter: str = "M") -> str:
    """A code of 4 to 8 characters: a letter, a digit, then letters drawn from the number.

    The digit keeps codes apart from words such as "march" or "maybe". For an even distribution, the
    number must come from a range much larger than 31 to the power of `length - 1`.
    """
    if length not in _LENGTHS:
        raise ValueError(length)
    random_number, figure = divmod(random_number, len(_FIGURES))
    return f"{letter}{_FIGURES[figure]}{_letters(random_number, length - 2)}"


def door_from(random_number: int) -> str:
    """A door code, which the chair shows at a meeting."""
    return _letters(random_number, DOOR_LENGTH)


def _letters(random_number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        random_number, letter = divmod(random_number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)
