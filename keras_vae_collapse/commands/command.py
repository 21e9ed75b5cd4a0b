"""What commands share: their parser, file formats by flag, the list of what was written."""

import argparse

FORMATS = ("auto", "1", "2", "3", "unimorph", "sigmorphon2023")
FORMAT_HELP = (
    "columns of the file: auto tells them; 1, 2, 3 are tasks of SIGMORPHON 2016; unimorph is also "
    "SIGMORPHON 2017 to 2022"
)


class Parser(argparse.ArgumentParser):
    """Takes `--flag=--` for what it is, a flag without its value.

    argparse makes it `[]`, from Python 3.13 on `"--"`.
    """

    def parse_args(self, *args, **kwargs):
        options = super().parse_args(*args, **kwargs)
        for name, value in vars(options).items():
            lost = value == "--" or value == [] != self.get_default(name)
            if lost or (isinstance(value, list) and ([] in value or "--" in value)):
                self.error(f"argument --{name}: expected one argument")
        return options


def add_format(parser, name="--task", default="auto", choices=FORMATS, what=FORMAT_HELP):
    """Adds the flag that says which columns a file has."""
    parser.add_argument(name, default=default, choices=choices, help=what)


def file_format(text):
    """The format of a flag as the readers take it: a key of their formats, or `None`."""
    return None if text in ("auto", "reinflection") else int(text) if text.isdigit() else text


def print_paths(paths):
    """Says which files were written."""
    print("\n".join(["written:", *(f"  {path}" for path in paths)]))
