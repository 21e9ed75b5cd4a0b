"""Settings of the whole process, made once and before TensorFlow computes anything."""

import ctypes

from keras_vae_collapse.core.console import import_tensorflow


def prepare_process(cores=2):
    """Threads for recurrent layers on few cores, deterministic ops, a quiet TensorFlow.

    Small recurrent steps do not gain from several threads inside one matrix product; running
    the two directions of an encoder side by side does, if there are two cores for it. Memory
    that is freed is kept for the next step (see `keep_freed_memory`).

    Args:
        cores: processor cores for this process; results do not depend on them.
    """
    keep_freed_memory()
    tf = import_tensorflow()
    if not tf.config.list_physical_devices("GPU"):
        try:
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(min(cores, 2))
        except RuntimeError:
            pass  # TensorFlow has started, as in a notebook: its threads stay as they are
    tf.config.experimental.enable_op_determinism()


def keep_freed_memory():
    """Lets the C library keep what is freed, instead of giving it back to the system.

    A training step frees all of its arrays and the next one asks for the same. By default glibc
    gives large ones back at once, and the system clears every page of them anew: with batches of
    256 examples that was more than half of a step's time. Other C libraries stay as they are.
    """
    trim_threshold, mmap_max = -1, -4  # of <malloc.h>
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(mmap_max, 0)
    set_option(trim_threshold, 2**31 - 1)
