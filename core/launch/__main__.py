"""`python3 -m core.launch <verb>`: what the Makefile calls. An older Python gets no further than this file."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- this file is what an older Python gets to read
    sys.exit(
        f"Mainspring needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Install a newer one, or name it: make run PYTHON=/path/to/python3.11"
    )
if sys.platform == "win32":
    sys.exit("On Windows, Mainspring runs inside WSL (Windows Subsystem for Linux): https://aka.ms/wsl")

try:
    from core.launch.verbs import main

    code = main(sys.argv[1:])
except KeyboardInterrupt:  # in the first moments, before anybody listens for it
    code = 130
sys.exit(code)
