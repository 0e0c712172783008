"""How numbers, names and moments read on the screen: pure functions that the templates use as filters."""

import zlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

HUES = 8
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def number(value: float) -> str:
    """2431 → 2,431."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def phone(number: str | None) -> str:
    """+442079460960 → +44 20 7946 0960: as people write it."""
    import phonenumbers  # 50 ms that pages without a number need not wait for

    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def compact(value: int) -> str:
    """2431 → 2.4k: for narrow places."""
    for size, unit in ((1_000_000, "m"), (1_000, "k")):
        if value >= size:
            short = f"{int(value * 10 / size) / 10:.1f}".removesuffix(".0")
            return f"{short}{unit}"
    return str(value)


def percent(share: float) -> str:
    """0.314 → 31%; what is more than nothing never reads as 0%."""
    if 0 < share < 0.01:
        return "<1%"
    return f"{share:.0%}"


def plural(count: int, one: str, many: str = "") -> str:
    """1 person, 2,431 people."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    *head, last = list(words) or [""]
    return f"{', '.join(head)} and {last}" if head else last


def initials(name: str) -> str:
    """Idris García → IG; hello@example.com → HE."""
    words = [word for word in name.partition("@")[0].replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


def hue(name: str) -> int:
    """The colour of somebody's avatar: the same on every page and every machine."""
    return zlib.crc32(name.strip().lower().encode()) % HUES


def iso(at: datetime) -> str:
    return at.isoformat()


def day_long(at: datetime | date, zone: ZoneInfo) -> str:
    """Friday 21 November."""
    local = at.astimezone(zone) if isinstance(at, datetime) else at
    return f"{local:%A} {local.day} {local:%B}"


def day_short(at: datetime | date, zone: ZoneInfo) -> str:
    """21 Nov 2026."""
    local = at.astimezone(zone) if isinstance(at, datetime) else at
    return f"{local.day} {local:%b %Y}"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """09:00."""
    return f"{at.astimezone(zone):%H:%M}"


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Fri 21 Nov, 09:00; with the year when it is another one."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def distance(span: timedelta, days: int | None = None) -> str:
    """12 s, 4 min, 21 h, 3 days: one unit is enough. `days`: as many as the calendar counts, where a zone says which they are."""
    span = abs(span)
    if span < _MINUTE:
        return f"{int(span.total_seconds())} s"
    if span < _HOUR:
        return f"{span // _MINUTE} min"
    if span < 2 * _DAY:
        return f"{span // _HOUR} h"
    if span < 60 * _DAY:
        return plural(span // _DAY if days is None else days, "day")
    if span < 730 * _DAY:
        return plural(span // (30 * _DAY), "month")
    return plural(span // (365 * _DAY), "year")


def relative(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """just now, 5 h ago, in 3 days: days as on a calendar of the zone, from a Saturday to the next Monday nine of them."""
    if abs(at - now) < timedelta(seconds=2):
        return "now" if at > now else "just now"
    away = distance(at - now, abs((at.astimezone(zone).date() - now.astimezone(zone).date()).days))
    return f"{away} ago" if at < now else f"in {away}"


def since(at: datetime, now: datetime) -> str:
    """now, 2 s, 4 min: for a feed, where everything is past."""
    return "now" if now - at < timedelta(seconds=2) else distance(now - at)


def day_heading(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Today, Yesterday, Wednesday 19 November, 3 October 2025."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if day == today:
        return "Today"
    if day == today - _DAY:
        return "Yesterday"
    return day_long(day, zone) if day.year == today.year else f"{day.day} {day:%B %Y}"


def greeting(now: datetime, zone: ZoneInfo) -> str:
    """Good morning, at the hour of the workspace."""
    hour = now.astimezone(zone).hour
    if 5 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"
