import contextlib
import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.spreadsheets import Sheet, decode, defuse, guess_delimiter, read_sheet, restore, write_row

WESTERN = "E-Mail;Vorname;Stadt\njörg@example.com;Jörg Müller;Köln\nrené@x.fr;René D’Arc;Orléans\n"
ROWS = (("jörg@example.com", "Jörg Müller", "Köln"), ("rené@x.fr", "René D’Arc", "Orléans"))


def cells(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    return tuple(record.cells for record in sheet.records)


class TestEncodings:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
    )
    def test_the_usual_ones_are_read(self, encoding: str) -> None:
        assert cells(read_sheet(WESTERN.encode(encoding))) == ROWS

    @pytest.mark.parametrize(
        ("text", "encoding", "row"),
        [
            (WESTERN, "mac_roman", 3),
            (WESTERN, "cp850", 2),
            ("email,name\na@b.de,Anna\nc@d.de,Привет Иван\n", "cp1251", 3),
            ("email,name\na@b.de,Michał Wójcik\n", "cp1250", 2),
            ("email,name\na@b.de,Γιώργος\n", "cp1253", 2),
            ("email,name\na@b.de,山田太郎\n", "shift_jis", 2),
            ("email,name\na@b.de,王小明\n", "gbk", 2),
        ],
    )
    def test_what_would_come_out_wrong_is_refused_with_its_row(
        self, text: str, encoding: str, row: int
    ) -> None:
        with pytest.raises(
            Invalid, match=rf"cannot be read with certainty, first in row {row}\b.*CSV UTF-8"
        ) as caught:
            read_sheet(text.encode(encoding, "replace"))
        assert caught.value.code == "wrong_encoding"

    def test_a_broken_place_in_utf_8_is_named(self) -> None:
        data = "email,name\na@b.de,Jörg\nb@b.de,Zoë\n".encode() + b"c@b.de,Ren\xe9\n"
        with pytest.raises(Invalid, match="first in row 4"):
            decode(data)

    def test_an_example_is_shown(self) -> None:
        with pytest.raises(Invalid, match="such as “Micha³”"):
            decode("email,name\na@b.de,Michał\n".encode("cp1250"))

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"PK\x03\x04rest", "an Excel workbook"),
            (b"\xd0\xcf\x11\xe0rest", "an Excel workbook"),
            (b"%PDF-1.7", "a PDF"),
            (b"\x1f\x8brest", "a compressed file"),
            (b"\x89PNG\r\n", "a picture"),
        ],
    )
    def test_another_kind_of_file_is_recognised(self, data: bytes, word: str) -> None:
        with pytest.raises(Invalid, match=word):
            read_sheet(data)

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"  \r\n"])
    def test_nothing_is_nothing(self, data: bytes) -> None:
        with pytest.raises(Invalid, match="This file is empty"):
            read_sheet(data)

    @given(st.binary(max_size=300))
    def test_no_bytes_do_harm(self, data: bytes) -> None:
        with contextlib.suppress(Invalid):
            sheet = read_sheet(data)
            assert all(record.fault or len(record.cells) == len(sheet.header) for record in sheet.records)


class TestRows:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_delimiter_is_found(self, delimiter: str) -> None:
        text = "\n".join(
            delimiter.join(row)
            for row in (("email", "name", "tags"), ("a@b.de", "Ada", "x"), ("c@d.de", "Bob", "y"))
        )
        assert guess_delimiter(text) == delimiter

    def test_a_delimiter_inside_of_cells_does_not_mislead(self) -> None:
        assert guess_delimiter('email;name\na@b.de;"King, Ada, of Lovelace"\n') == ";"
        assert guess_delimiter("email,tags\na@b.de,x;y;z\nc@d.de,x;y;z\n") == ","

    def test_one_column_is_a_file_too(self) -> None:
        assert read_sheet(b"email\na@b.de\n").header == ("email",)

    def test_excel_names_the_delimiter_in_a_line_of_its_own(self) -> None:
        sheet = read_sheet(b"sep=;\r\nemail;name\r\na@b.de;Ada\r\n")
        assert (sheet.header, sheet.records[0].number) == (("email", "name"), 2)

    def test_rows_are_numbered_as_a_spreadsheet_shows_them(self) -> None:
        sheet = read_sheet(b'email,note\na@b.de,"two\nlines"\n\n,\nc@d.de,x\n')
        assert [(r.number, r.cells) for r in sheet.records] == [
            (2, ("a@b.de", "two\nlines")),
            (5, ("c@d.de", "x")),
        ]

    def test_short_rows_are_filled_and_long_ones_are_faulty(self) -> None:
        sheet = read_sheet(b"email,city\na@b.de\nc@d.de,x,,\ne@f.de,x,y\n")
        assert [record.cells for record in sheet.records[:2]] == [("a@b.de", ""), ("c@d.de", "x")]
        assert sheet.records[2].fault.startswith("This row has 3 cells, but the header has 2.")

    def test_quotes_that_do_not_match_spoil_their_row_alone(self) -> None:
        sheet = read_sheet(b'email,note\na@b.de,"bad "x" y"\nc@d.de,"say ""hi"""\n')
        assert [bool(record.fault) for record in sheet.records] == [True, False]
        assert sheet.records[1].cells == ("c@d.de", 'say "hi"')

    @pytest.mark.parametrize("length", [1, 20_000])
    def test_a_quote_that_is_never_closed_spoils_the_file(self, length: int) -> None:
        data = b'email,note\na@b.de,x\nc@d.de,"open\n' + b"e@f.de,x\n" * length
        with pytest.raises(Invalid, match="opened in row 3 is never closed"):
            read_sheet(data)

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"email,name\n", "a header and no rows"),
            (b"email,name\n,\n\n", "a header and no rows"),
            (b"ada@example.com,Ada\nbob@example.com,Bob\n", "Add a header"),
            (b",,\na,b,c\n", "must hold the names"),
            (",".join(f"c{n}" for n in range(501)).encode() + b"\nx\n", "500 at most"),
        ],
    )
    def test_a_header_is_needed(self, data: bytes, word: str) -> None:
        with pytest.raises(Invalid, match=word):
            read_sheet(data)

    def test_columns_are_told_apart(self) -> None:
        assert read_sheet(b"a,a,,\n1,2,3,4\n").header == ("a", "a (2)", "Column 3", "Column 4")


class TestWriting:
    @pytest.mark.parametrize(
        "cell", ["=1+1", "+49", "-5", "@x", "\tx", "\rx", "\nx", "\x00x", "＝1", "'=1", "''=1"]
    )
    def test_what_a_spreadsheet_would_run_gets_a_quote(self, cell: str) -> None:
        assert defuse(cell) == f"'{cell}"

    @pytest.mark.parametrize("cell", ["", "Ada", "a=b", "'tis", "it's", "5", "'"])
    def test_what_is_harmless_stays(self, cell: str) -> None:
        assert defuse(cell) == cell

    @given(st.text())
    def test_nothing_written_begins_like_a_formula_and_all_of_it_comes_back(self, cell: str) -> None:
        safe = defuse(cell)
        assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\x00"))
        assert restore(safe) == cell

    def test_values_are_written_as_an_import_reads_them(self) -> None:
        at = datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert (
            write_row([None, True, 1.5, ["a", "b"], at, 'x,"y"'])
            == ',true,1.5,"a, b",2026-11-20T09:00:00Z,"x,""y"""\r\n'
        )

    @given(
        st.lists(
            st.lists(
                st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")),
                min_size=2,
                max_size=3,
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_a_file_of_ours_is_read_back(self, rows: list[list[str]]) -> None:
        text = "".join(write_row(row) for row in rows)
        assert [[restore(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))] == rows
