"""The command line, thin over the engine: ``python -m core --help``."""

from __future__ import annotations

from core.interrupts import INTERRUPTED, end_on_interrupt, ending_on_interrupt

with ending_on_interrupt():
    import os
    import sys
    from collections.abc import Sequence

    from core.cli.output import drop_output, prepare, tell
    from core.cli.own_output import own_output
    from core.cli.parser import parsed
    from core.errors import Cancelled, SoundalikeError, unforeseen

DONE, KNOWN_ERROR = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status.

    0 done; 1 a known error, told in two lines on standard error; 2 wrong usage;
    130 interrupted.
    """
    prepare()
    try:
        options = parsed(sys.argv[1:] if arguments is None else arguments)
        with own_output():
            options.command(options)
    except SoundalikeError as error:
        tell(error)
        return KNOWN_ERROR
    except BrokenPipeError:  # whoever read the output has seen enough
        drop_output()
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("SOUNDALIKE_DEBUG"):
            raise
        tell(unforeseen(error))
        return KNOWN_ERROR
    return DONE


def run() -> None:
    """Run the command that the program was started with, and end."""
    status = main()
    end_on_interrupt()
    sys.exit(status)


if __name__ == "__main__":
    run()
