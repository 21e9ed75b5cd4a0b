"""The entry points of installed commands of the zoo, as those of `commands/scripts.py`.

Others call `main` of the modules that are imported here.
"""

from keras_vae_collapse.commands.first_moment import OneLine


def train():
    """Runs `kvc-train`; returns its exit code."""
    with OneLine("kvc-train"):
        from zoo.train import main
    return main()


def compare():
    """Runs `kvc-compare`; returns its exit code."""
    with OneLine("kvc-compare"):
        from zoo.compare import main
    return main()


def report():
    """Runs `kvc-report`; returns its exit code."""
    with OneLine("kvc-report"):
        import zoo
        from keras_vae_collapse.commands.report import main
    return main(zoo)
