"""The processes that train one model together: who decides, and who knows."""

import json

import numpy as np
import tensorflow as tf

from keras_vae_collapse.core.errors import RunError
from keras_vae_collapse.distribute.multiworker import is_multiworker


class Cluster:
    """The workers of a strategy, a single process included.

    One of them, the chief, reads and writes files, evaluates and watches the clock; the others
    learn the outcome. So no two workers can come to different decisions, and no file system
    needs to be shared.

    Args:
        strategy: the `tf.distribute` strategy.
    """

    def __init__(self, strategy):
        self._strategy = strategy if is_multiworker(strategy) else None
        resolver = strategy.cluster_resolver if self._strategy else None
        self.is_chief = resolver is None or (
            resolver.task_type == "chief"
            or ("chief" not in resolver.cluster_spec().jobs and resolver.task_id == 0)
        )

    @property
    def is_alone(self):
        """Whether this process is all there is."""
        return self._strategy is None

    def from_chief(self, function):
        """Runs `function()` on the chief alone and returns its result on every worker.

        All workers must call this; they wait for the chief. Where there is one process it is
        just a call.

        Args:
            function: without arguments, returns JSON values.

        Raises:
            RunError: on the other workers, when the function raised on the chief.
        """
        if self.is_alone:
            return function()
        answer, failure = None, None
        if self.is_chief:
            try:
                answer = {"value": function()}
            except Exception as error:
                answer, failure = {"error": f"{type(error).__name__}: {error}"}, error
        text = json.dumps(answer, default=lambda number: number.item())  # NumPy's scalars
        answer = json.loads(self._send(text.encode("utf-8")))
        if failure is not None:
            raise failure
        if "error" in answer:
            raise RunError(f"the chief stopped: {answer['error']}")
        return answer["value"]

    def check_agreement(self, value):
        """Makes sure that every worker has the chief's `value`, JSON values by name.

        Raises:
            RunError: this worker has another one.
        """
        own = json.loads(json.dumps(value))
        chief = self.from_chief(lambda: own)
        other = [name for name in own if own[name] != chief[name]]
        if other:
            raise RunError(
                f"this worker was started with other {' and '.join(other)} than the chief: "
                + "; ".join(f"{own[name]} where the chief has {chief[name]}" for name in other)
            )

    def bytes_from_chief(self, data):
        """The chief's `data`, bytes, on every worker."""
        return data if self.is_alone else self._send(data)

    def _send(self, data):
        count = int(self._sum(np.array([len(data) if self.is_chief else 0], "int32"))[0])
        # All but the chief add zeros: their sum is its message. Summed as integers, since a
        # float would not survive: adding 0 turns -0 into 0 and may quieten a NaN.
        message = np.zeros(-(-count // 4) * 4, "uint8")
        if self.is_chief:
            message[:count] = np.frombuffer(data, "uint8")
        return self._sum(message.view("int32")).tobytes()[:count]

    def _sum(self, array):
        return self._strategy.reduce("SUM", tf.constant(array), axis=None).numpy()
