"""Makes the page of a run, report.html in its directory: `kvc-report --help`.

Training makes it at its end. This command makes it while a run trains, or anew afterwards; it
loads no model.
"""

import sys

from keras_vae_collapse.commands.command import Parser, print_paths
from keras_vae_collapse.core.console import import_tensorflow, run_command


def arguments():
    """The parser of the command line."""
    parser = Parser("kvc-report", description=__doc__)
    parser.add_argument(
        "run_dirs", nargs="+", metavar="RUN_DIR", help="run directory, in training or finished"
    )
    return parser


def main(recipes=None, argv=None):
    """Runs the command; returns its exit code.

    Args:
        recipes: as for `commands.train.main`, or `None`.
        argv: the words of the command line; by default those of this process.
    """
    return run_command("report", lambda: _report(arguments().parse_args(argv), recipes))


def _report(options, recipes):
    from keras_vae_collapse.runs.run_config import read_config

    for path in options.run_dirs:  # before TensorFlow is imported, which takes seconds
        read_config(path)
    import_tensorflow()
    from keras_vae_collapse.training.report import write_run_page

    print_paths([write_run_page(path, recipes) for path in options.run_dirs])


if __name__ == "__main__":
    sys.exit(main())
