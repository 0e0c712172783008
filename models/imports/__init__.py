"""Imports: files of contacts, written page by page, with what each row has changed so that it can be undone."""

from models.imports.failures import errors, failures, failures_file, first_errors, kept
from models.imports.pages import Result, fail, is_held, rehearse, take
from models.imports.tables import Import, ImportChange, ImportPage
from models.imports.undoing import take_back
from models.imports.uploads import begin, get, recent, sheet_of, undo, upload

__all__ = [
    "Import",
    "ImportChange",
    "ImportPage",
    "Result",
    "begin",
    "errors",
    "fail",
    "failures",
    "failures_file",
    "first_errors",
    "get",
    "is_held",
    "kept",
    "recent",
    "rehearse",
    "sheet_of",
    "take",
    "take_back",
    "undo",
    "upload",
]
