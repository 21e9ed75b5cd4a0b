"""What all commands share: file formats by flag, errors as one line."""

import sys

FORMATS = ("1", "2", "3", "unimorph")


def add_format(parser, name="--task", default="3", choices=FORMATS, what="its format"):
    """Adds the flag that says which columns a file has."""
    parser.add_argument(name, default=default, choices=choices, help=what)


def file_format(text):
    """The format of a flag as the readers take it: 1, 2, 3 or `"unimorph"`."""
    return int(text) if text.isdigit() else text


def report_errors(name, body):
    """Runs `body()`; an error that the user can mend is one line on stderr and exit code 1."""
    try:
        return body() or 0
    except (ValueError, OSError, RuntimeError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1


def print_paths(paths):
    """Says which files were written."""
    print("\n".join(["written:", *(f"  {path}" for path in paths)]))
