"""Spreadsheets as CSV: bytes of any usual encoding to rows of cells, and rows of cells to a file that is safe to open.

What cannot be read with certainty is refused with a word on how to save it again: names that come out wrong are worse.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.errors import Invalid
from domain.texts import shown

DELIMITERS = ",;\t|"
MOST_COLUMNS = 500
_SAMPLE = 64 * 1024
_SAVE_AGAIN = "Save it as “CSV UTF-8” (in Excel: File, Save as) and upload it again."

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16, so it is looked for first
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"PK\x03\x04", "an Excel workbook or an archive"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
# Read as Windows-1252, text of another encoding shows by what no Western language writes: a capital inside a word, a sign
# between letters, three accented letters in a row.
_MISREAD = re.compile(
    r"(?<=[a-zß-öø-ÿ])[À-ÖØ-ÞŠŽŒŸ]"
    r"|(?<=[A-Za-zß-öø-ÿ])[\u0080-¶¸-¿×÷ƒˆ˜‚„†‡ˆ‰‹“”•™›](?=[A-Za-zß-öø-ÿ])"
    r"|(?<=[A-Za-zß-öø-ÿ])[¹³¿£¥¶]"
    r"|[À-ÖØ-öø-ÿŠšŽžŒœŸ]{3,}"
)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TOLERATED = 0.1
_REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Record:
    """A row by the number that a spreadsheet shows for it (the header is 1); `fault` says why it cannot be read."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    header: tuple[str, ...]
    records: tuple[Record, ...]
    delimiter: str = ","


def read_sheet(data: bytes) -> Sheet:
    """All rows of a file, blank ones left out."""
    text = decode(data).replace("\x00", "")
    delimiter, text = _announced_delimiter(text)
    delimiter = delimiter or guess_delimiter(text[:_SAMPLE])
    rows = _rows(text, delimiter)
    header = _header(next(rows, None))
    records = tuple(_fitted(row, len(header)) for row in rows if any(map(str.strip, row.cells)) or row.fault)
    if not records:
        raise Invalid("This file has a header and no rows below it.")
    return Sheet(header, records, delimiter)


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252; all else is refused."""
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise Invalid("This file is empty.")
    for start, kind in _FOREIGN:
        if data.startswith(start):
            raise Invalid(f"This is {kind}, not a CSV file. {_SAVE_AGAIN}")
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None) or _unmarked_utf16(data)
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            raise _unreadable(data[: error.start].decode(encoding, "ignore")) from None
        return _decode_western(data)


def _unmarked_utf16(data: bytes) -> str | None:
    """Latin text in UTF-16 has a NUL in every second place."""
    sample = data[:2000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.4:
        return "utf-16-le"
    return "utf-16-be" if half and sample[0::2].count(0) > half * 0.4 else None


def _decode_western(data: bytes) -> str:
    broken = data.decode("utf-8", "replace")
    if len(_BEYOND_ASCII.findall(broken)) > 2 * broken.count(_REPLACED):
        raise _unreadable(broken[: broken.index(_REPLACED)])  # UTF-8, apart from some places
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _unreadable(data[: error.start].decode("cp1252", "replace")) from None
    misread = list(_MISREAD.finditer(text))
    doubtful = sum(len(found[0]) for found in misread)
    if "\x00" in text or doubtful > _TOLERATED * len(_BEYOND_ASCII.findall(text)):
        raise _unreadable(text[: misread[0].start()] if misread else "", _word_at(text, misread))
    return text


def _word_at(text: str, misread: list[re.Match[str]]) -> str:
    if not misread:
        return ""
    at = misread[0].start()
    before, after = re.search(r"\S*$", text[:at]), re.match(r"[^\s,;|]*", text[at:])
    return re.split(r"[,;|\"]", before[0] if before else "")[-1] + (after[0] if after else "")


def _unreadable(before: str, word: str = "") -> Invalid:
    row = len(before.splitlines() or [""]) + before.endswith("\n")
    example = f", such as “{shown(word)}”" if word else ""
    return Invalid(
        f"Some letters of this file cannot be read with certainty, first in row {row}{example}. {_SAVE_AGAIN}",
        code="wrong_encoding",
    )


def _announced_delimiter(text: str) -> tuple[str, str]:
    """Excel reads and writes a first line `sep=;`, which is no row."""
    found = re.match(r"\s*\"?sep=(.)\"?\r?\n", text)
    return (found[1], text[found.end() :]) if found else ("", text)


def guess_delimiter(sample: str) -> str:
    """The sign that cuts the header into most columns, and the rows below it into as many."""
    return max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: str, delimiter: str) -> float:
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return 0
    if not widths or widths[0] < 2:
        return 0
    return widths[0] * sum(width == widths[0] for width in widths) / len(widths)


def _rows(text: str, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield Record(number, tuple(next(reader)))
        except StopIteration:
            return
        except csv.Error as error:
            if "expected after" not in str(
                error
            ):  # the end of the file, or of what a cell may hold, inside quotes
                raise Invalid(
                    f"A quotation mark that is opened in row {number} is never closed. Close it, or remove it."
                ) from None
            yield Record(
                number, (), "The quotation marks in this row do not match. Write those inside a cell twice."
            )


def _header(first: Record | None) -> tuple[str, ...]:
    if first is None or first.fault or not any(map(str.strip, first.cells)):
        raise Invalid("The first row must hold the names of the columns; here it cannot be read.")
    if len(first.cells) > MOST_COLUMNS:
        raise Invalid(f"This file has {len(first.cells):,} columns; {MOST_COLUMNS} at most can be imported.")
    if any(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cell.strip()) for cell in first.cells):
        raise Invalid(
            "The first row must hold the names of the columns, but here it holds an e-mail address. Add a header."
        )
    return _distinct(
        [restore(cell.strip()) or f"Column {index}" for index, cell in enumerate(first.cells, 1)]
    )


def _distinct(names: list[str]) -> tuple[str, ...]:
    """A second column of the same name is told apart by its number."""
    times = Counter[str]()
    found = list[str]()
    for name in names:
        times[name] += 1
        found.append(f"{name} ({times[name]})" if times[name] > 1 else name)
    return tuple(found)


def _fitted(row: Record, width: int) -> Record:
    """Cells that a program left out at the end are empty; more cells than the header has mean that something slipped."""
    if row.fault:
        return row
    surplus = [cell for cell in row.cells[width:] if cell.strip()]
    if surplus:
        fault = f"This row has {len(row.cells)} cells, but the header has {width}. Put quotation marks around cells with a comma."
        return Record(row.number, row.cells, fault)
    cells = tuple(restore(cell.strip()) for cell in row.cells[:width])
    return Record(row.number, cells + ("",) * (width - len(cells)))


# A spreadsheet takes a cell that begins like this for a formula, and runs it.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\x00＝＋－＠]")


def defuse(cell: str) -> str:
    """The cell as text for every spreadsheet: a quote before what would be run."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """What `defuse` made, as it was."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_row(cells: Iterable[object], *, delimiter: str = ",") -> str:
    """One line of a CSV file."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(
        [defuse(_written(cell)) for cell in cells]
    )
    return line.getvalue()


def _written(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case datetime():
            return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case list() | tuple():
            return ", ".join(map(_written, cell))
        case _:
            return str(cell)
