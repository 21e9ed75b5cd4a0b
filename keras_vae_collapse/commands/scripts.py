"""The entry points of installed commands: light, so that Ctrl-C is heard at once.

Others call `main` of the modules that are imported here.
"""

from keras_vae_collapse.commands.first_moment import OneLine


def evaluate():
    """Runs `kvc-evaluate`; returns its exit code."""
    with OneLine("kvc-evaluate"):
        from keras_vae_collapse.commands.evaluate import main
    return main()


def diagnose():
    """Runs `kvc-diagnose`; returns its exit code."""
    with OneLine("kvc-diagnose"):
        from keras_vae_collapse.commands.diagnose import main
    return main()


def inflect():
    """Runs `kvc-inflect`; returns its exit code."""
    with OneLine("kvc-inflect"):
        from keras_vae_collapse.commands.inflect import main
    return main()


def sample():
    """Runs `kvc-sample`; returns its exit code."""
    with OneLine("kvc-sample"):
        from keras_vae_collapse.commands.sample import main
    return main()


def project():
    """Runs `kvc-project`; returns its exit code."""
    with OneLine("kvc-project"):
        from keras_vae_collapse.commands.project import main
    return main()
