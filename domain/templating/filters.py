"""The filters that a text may use. Each takes whatever a contact happens to have, also nothing, and gives a plain value."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Undefined, pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context
from markupsafe import Markup
from markupsafe import escape as escape_markup

from domain.templating.dates import spelled
from domain.templating.markup import SAFE_SCHEMES, scheme_of

MAX_REPLACED = 1_000_000
_SYMBOLS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "BRL": "R$",
    "CAD": "CA$",
    "AUD": "A$",
}
_WITHOUT_CENTS = frozenset(("JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG"))
_WITH_THOUSANDTHS = frozenset(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"))


def text(value: Any) -> str:
    """Nothing for nothing; never markup, so that what a filter has changed is escaped when it is shown."""
    return "" if is_missing(value) else str(value)


def is_missing(value: Any) -> bool:
    return value is None or isinstance(value, Undefined)


def default(value: Any, instead: Any = "") -> Any:
    """Also for an empty text: a contact whose first name is "" has none. Zero and false are values."""
    return instead if is_missing(value) or value in ("", [], {}) else value


def capitalize(value: Any) -> str:
    return text(value)[:1].upper() + text(value)[1:]


def title(value: Any) -> str:
    return " ".join(word[:1].upper() + word[1:].lower() for word in text(value).split(" "))


def truncate(value: Any, length: int = 255, end: str = "…") -> str:
    """Cut after a whole word, where there is one."""
    whole = text(value)
    if len(whole) <= length:
        return whole
    cut = whole[: max(0, length - len(end))]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip() + end


def replace(value: Any, old: str, new: str) -> str:
    whole, new = text(value), text(new)
    if not old:
        return whole
    if len(whole) + whole.count(old) * len(new) > MAX_REPLACED:
        raise TemplateRuntimeError("This replacement makes too long a text.")
    return whole.replace(old, new)


def round_number(value: Any, digits: int = 0) -> Any:
    number = as_number(value)
    if number is None:
        return value
    with localcontext(prec=50):
        rounded = number.quantize(Decimal(1).scaleb(-min(max(digits, 0), 12)), ROUND_HALF_UP)
    return int(rounded) if digits <= 0 else float(rounded)


def money(value: Any, currency: str = "") -> str:
    """`1999|money("EUR")` is €19.99: amounts are whole cents, or pence, or whatever is smallest in the currency."""
    if isinstance(value, Mapping):
        amount = cast("Mapping[str, Any]", value)
        value, currency = amount.get("amount"), currency or text(amount.get("currency"))
    number, code = as_number(value), text(currency).upper()
    if number is None:
        return ""
    digits = 0 if code in _WITHOUT_CENTS else 3 if code in _WITH_THOUSANDTHS else 2
    shown = f"{abs(number.scaleb(-digits)):,.{digits}f}"
    sign = "-" if number < 0 else ""
    return f"{sign}{_SYMBOLS[code]}{shown}" if code in _SYMBOLS else f"{sign}{shown} {code}".rstrip()


@pass_context
def format_date(context: Context, value: Any, pattern: str = "d MMMM yyyy", zone: str = "") -> str:
    """`{{ order.paid_at|date("EEEE d MMMM, HH:mm") }}`, in the contact's time zone."""
    moment = as_moment(value)
    if moment is None:
        return text(value)
    if isinstance(moment, datetime):
        moment = moment.astimezone(find_zone(zone) or zone_of(context))
    return spelled(moment, text(pattern)[:100])


def as_moment(value: Any) -> date | datetime | None:
    """Moments come as ISO 8601 texts; a date alone is the same day in every zone."""
    written = text(value).strip()
    try:
        if len(written) == 10:
            return date.fromisoformat(written)
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def zone_of(context: Context) -> tzinfo:
    named = (context.resolve(root) for root in ("contact", "workspace"))
    zones = (
        find_zone(cast("dict[str, Any]", view).get("time_zone")) for view in named if isinstance(view, dict)
    )
    return next((zone for zone in zones if zone), UTC)


@lru_cache(1024)
def find_zone(name: Any) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError, TypeError):
        return None


def join(values: Any, separator: str = "") -> str:
    return text(separator).join(text(value) for value in as_list(values))


def first(values: Any) -> Any:
    return next(iter(as_list(values)), None)


def last(values: Any) -> Any:
    return as_list(values)[-1] if as_list(values) else None


def length(values: Any) -> int:
    return len(as_list(values))


def url_encode(value: Any) -> str:
    if isinstance(value, Mapping):
        return urlencode(
            {key: text(part) for key, part in cast("Mapping[str, Any]", value).items()}, quote_via=quote
        )
    return quote(text(value), safe="/")


def to_json(value: Any) -> str:
    """For the body of a request: `{"name": {{ contact.first_name|json }}}`."""
    return json.dumps(None if is_missing(value) else value, ensure_ascii=False, default=text)


def escape(value: Any) -> Markup:
    return escape_markup("" if is_missing(value) else value)


def safe_url(value: Markup) -> Markup:
    """Put around every address that values are filled into: `javascript:` and its like lead nowhere."""
    return value if scheme_of(str(value)) in SAFE_SCHEMES else Markup("#")


def as_number(value: Any) -> Decimal | None:
    if is_missing(value) or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.copy_abs() < Decimal("1e30") else None


def as_list(values: Any) -> Sequence[Any]:
    if is_missing(values):
        return ()
    if isinstance(values, list | tuple):
        return cast("Sequence[Any]", values)
    if isinstance(values, Iterable):
        return list(cast("Iterable[Any]", str(values) if isinstance(values, str) else values))
    return (values,)


def _on_text(function: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: function(text(value))


FILTERS: dict[str, Callable[..., Any]] = {
    "capitalize": capitalize,
    "date": format_date,
    "default": default,
    "e": escape,
    "escape": escape,
    "first": first,
    "join": join,
    "json": to_json,
    "last": last,
    "length": length,
    "lower": _on_text(str.lower),
    "money": money,
    "replace": replace,
    "round": round_number,
    "title": title,
    "trim": _on_text(str.strip),
    "truncate": truncate,
    "upper": _on_text(str.upper),
    "urlencode": url_encode,
}
