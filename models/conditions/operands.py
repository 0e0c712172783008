"""What a field holds, as SQL: one expression for each way of reading it, null where it cannot be read so.

Nothing here can fail on what people have stored: a value is cast only after it was seen to be one. The rules are those of
`domain/conditions/values.py`.
"""

from dataclasses import dataclass

# The same as in `domain/calendars/zones.py` and `domain/conditions/values.py`; a colon before a word would be a parameter.
_NUMBER = r"'^[+-]?[0-9]{1,15}(\.[0-9]{1,10})?$'"
_DATE = "'^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$'"
_INSTANT = (
    r"'^[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3])[:][0-5][0-9]([:][0-5][0-9](\.[0-9]{1,9})?)?"
    r"(Z|[+-](0[0-9]|1[0-4])[:]?[0-5][0-9])?$'"
)
_OFFSET = "'(Z|[+-][0-9]{2}[:]?[0-9]{2})$'"
_TOO_FINE = r"'(\.[0-9]{6})[0-9]+'"
_EMPTY = """('null', '""', '[]', '{}')"""


@dataclass(frozen=True, slots=True)
class Operand:
    """`figure` is a number that was stored as one, `number` also one that is written in a text."""

    text: str = "null::text"
    figure: str = "null::numeric"
    number: str = "null::numeric"
    truth: str = "null::boolean"
    instant: str = "null::timestamptz"
    day: str = "null::date"
    exists: str = "false"


NOTHING = Operand()


def fold(text: str) -> str:
    """Small letters in every language, whatever the database's own locale."""
    return f"casefold({text} collate pg_unicode_fast)"


def text_column(column: str) -> Operand:
    return Operand(
        text=column,
        number=_number(column),
        truth=_truth(column),
        instant=_instant(column),
        day=_day(column),
        exists=f"coalesce({column}, '') <> ''",
    )


def instant_column(column: str) -> Operand:
    return Operand(instant=column, exists=f"{column} is not null")


def json_value(value: str) -> Operand:
    """One JSON value that is no list."""
    text = f"{value} #>> '{{}}'"
    kind = f"jsonb_typeof({value})"
    string = f"case when {kind} = 'string' then {text} end"
    return Operand(
        text=string,
        figure=f"case when {kind} = 'number' then ({value})::numeric end",
        number=f"case {kind} when 'number' then ({value})::numeric when 'string' then {_number(text)} end",
        truth=f"case {kind} when 'boolean' then ({value})::boolean when 'string' then {_truth(text)} end",
        instant=_instant(f"({string})"),
        day=_day(f"({string})"),
        exists=f"coalesce({value} not in {_EMPTY}, false)",
    )


def _number(text: str) -> str:
    return f"case when {text} ~ {_NUMBER} then ({text})::numeric end"


def _truth(text: str) -> str:
    return f"case {fold(f'({text})')} when 'true' then true when 'false' then false end"


def _day(text: str) -> str:
    return f"case when {text} ~ {_DATE} and pg_input_is_valid({text}, 'date') then {text}::date end"


def _instant(text: str) -> str:
    zoned = (
        f"(regexp_replace({text}, {_TOO_FINE}, '\\1') || case when {text} ~ {_OFFSET} then '' else 'Z' end)"
    )
    valid = f"{text} ~ {_INSTANT} and pg_input_is_valid({zoned}, 'timestamptz')"
    return f"case when {valid} then {zoned}::timestamptz end"
