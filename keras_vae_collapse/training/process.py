"""Settings of the whole process, made once and before TensorFlow computes anything."""

from keras_vae_collapse.core.console import import_tensorflow


def prepare_process(cores=2):
    """Threads for recurrent layers on few cores, deterministic ops, a quiet TensorFlow.

    Small recurrent steps do not gain from several threads inside one matrix product; running
    the two directions of an encoder side by side does, if there are two cores for it.

    Args:
        cores: processor cores for this process; results do not depend on them.
    """
    tf = import_tensorflow()
    if not tf.config.list_physical_devices("GPU"):
        try:
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(min(cores, 2))
        except RuntimeError:
            pass  # TensorFlow has started, as in a notebook: its threads stay as they are
    tf.config.experimental.enable_op_determinism()
