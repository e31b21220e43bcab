"""How is something found by any part of its name? By pairs of adjacent characters, in an index.

Chinese has no spaces between words, so every two characters that stand together are a key (and each
by itself). What a pair is, the database functions `folded` and `bigrams` alone say: full and half
width, large and small letters and blanks make no difference.
"""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, func, or_

Q = bindparam("q", type_=Text())
"""The place for what is looked for."""


def holds(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether one of two columns holds what is looked for, as it was written. Their `bigrams` are
    indexed; what has all the pairs, but apart from each other, is left out.
    """
    pairs: ColumnElement[bool] = func.bigrams(one, other).op("@>")(func.bigrams(Q, ""))
    written = (func.strpos(func.folded(each), func.folded(Q)) > 0 for each in (one, other))
    return and_(pairs, or_(*written))
