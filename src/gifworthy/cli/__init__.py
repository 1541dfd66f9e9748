"""The command line: the only place that knows arguments, terminals and exit codes.

Exit codes: 0 done, 1 something failed, 2 the command was written wrongly, 130 stopped by Ctrl-C.
Every import of something heavy waits until a command runs, so that `--help` is quick.
"""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command line."""
    from typer.exceptions import TyperException

    from gifworthy.cli.app import app
    from gifworthy.cli.speech import say

    # A file name need not be text; what cannot be written is escaped, also in JSON, where it is valid.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = app(prog_name="gifworthy", standalone_mode=False)
    except TyperException as error:  # a flag or a command that is none
        if message := error.format_message():
            say(f"{message.rstrip('.')}; `--help` lists what there is")
        raise SystemExit(error.exit_code) from None
    raise SystemExit(code if isinstance(code, int) else 0)
