"""What a field holds, as SQL: one expression for each way of reading it, null where it cannot be read so.

Nothing here can fail on what people have stored: a value is cast only after it was seen to be one. The rules are those of
`domain/conditions/values.py`. Dates are told by their outline, for a regular expression takes ten times as long.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

Holds = Callable[[str, str], str]
"""What is asked of a moment, given the SQL of the instant and of the day; one of the two is null."""

_NUMBER = r"'^[+-]?[0-9]{1,15}(\.[0-9]{1,10})?$'"
_EMPTY = """('null', '""', '[]', '{}')"""
_TOO_FINE = r"'(\.[0-9]{6})[0-9]+'"

# `domain/calendars/zones.py` has the same as regular expressions; here every digit was made a 0.
_SECONDS = ("", ":00", *(f":00.{'0' * digits}" for digits in range(1, 10)))
_OFFSETS = ("", "Z", "+00:00", "-00:00", "+0000", "-0000")
_TAILS = ", ".join(f"'{seconds}{offset}'" for seconds, offset in product(_SECONDS, _OFFSETS)).replace(
    ":", "\\:"
)
_BARE_TAILS = ", ".join(f"'{seconds}'" for seconds in _SECONDS).replace(":", "\\:")


@dataclass(frozen=True, slots=True)
class Operand:
    """`figure` is a number that was stored as one, `number` also one that is written in a text; `column` holds an instant."""

    text: str = "null::text"
    figure: str = "null::numeric"
    number: str = "null::numeric"
    truth: str = "null::boolean"
    exists: str = "false"
    column: str | None = None

    def moment(self, holds: Holds) -> str:
        """Whether it holds of the moment that is stored or written here."""
        if self.column:
            return f"({holds(self.column, 'null::date')})"
        return f"(select {holds('moment.instant', 'moment.day')} from {_read(self.text)} as moment)"


NOTHING = Operand()


def fold(text: str) -> str:
    """Small letters in every language, whatever the database's own locale."""
    return f"casefold({text} collate pg_unicode_fast)"


def text_column(column: str) -> Operand:
    return Operand(
        text=column, number=_number(column), truth=_truth(column), exists=f"coalesce({column}, '') <> ''"
    )


def instant_column(column: str) -> Operand:
    return Operand(column=column, exists=f"{column} is not null")


def json_value(value: str) -> Operand:
    """One JSON value that is no list."""
    text = f"{value} #>> '{{}}'"
    kind = f"jsonb_typeof({value})"
    return Operand(
        text=f"case when {kind} = 'string' then {text} end",
        figure=f"case when {kind} = 'number' then ({value})::numeric end",
        number=f"case {kind} when 'number' then ({value})::numeric when 'string' then {_number(f'({text})')} end",
        truth=f"case {kind} when 'boolean' then ({value})::boolean when 'string' then {_truth(text)} end",
        exists=f"coalesce({value} not in {_EMPTY}, false)",
    )


def _number(text: str) -> str:
    return f"case when {text} ~ {_NUMBER} then ({text})::numeric end"


def _truth(text: str) -> str:
    return f"case {fold(f'({text})')} when 'true' then true when 'false' then false end"


_DIGITS = "translate(t, '0123456789', '0000000000')"
_IS_DAY = """length(t) = 10 and t like '____-__-__' and translate(t, '0123456789', '') = '--'
    and substr(t, 1, 1) <> '0' and pg_input_is_valid(t, 'date')"""
_LOOKS_LIKE_AN_INSTANT = f"""substr(outline, 1, 16) in ('0000-00-00T00\\:00', '0000-00-00 00\\:00')
    and substr(outline, 17) in ({_TAILS})
    and substr(t, 1, 1) not in ('0', '9') and substr(t, 12, 2) < '24' and substr(t, 18, 2) < '60'"""
_EXACT = f"""(case when length(t) > 26 then regexp_replace(t, {_TOO_FINE}, '\\1') else t end
    || case when substr(outline, 17) in ({_BARE_TAILS}) then 'Z' else '' end)"""


def _read(text: str) -> str:
    """The instant and the day that a text is, each step done once (`offset 0` keeps them from being merged into one)."""
    return f"""(
    select case when pg_input_is_valid(exact, 'timestamptz') then exact::timestamptz end as instant,
           case when {_IS_DAY} then t::date end as day
    from (
        select t, case when {_LOOKS_LIKE_AN_INSTANT} then {_EXACT} end as exact
        from (
            select t, case when length(t) between 16 and 35 then {_DIGITS} end as outline
            from (select {text} as t offset 0) as written offset 0
        ) as outlined offset 0
    ) as fitting offset 0
)"""
