"""Finds plug-ins: every file of a folder is imported, and one that cannot be stops the start. The folder is the list."""

import importlib
import pkgutil
from types import ModuleType


class BrokenPlugin(ImportError):  # noqa: N818 -- an error is named as the sentence that it is
    """A file of a plug-in folder raised while it was imported."""

    def __init__(self, name: str, error: BaseException) -> None:
        super().__init__(f"the plug-in {name} cannot be loaded: {type(error).__name__}: {error}", name=name)


def load(package: ModuleType | str) -> list[ModuleType]:
    """Import all files of a package, in the order of their names. What they are is theirs to register."""
    root = importlib.import_module(package) if isinstance(package, str) else package
    names = sorted(found.name for found in pkgutil.iter_modules(root.__path__, f"{root.__name__}."))
    return [_imported(name) for name in names]


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise BrokenPlugin(name, error) from error
