"""A task of a few lines: random id sequences that are to be reproduced."""

import numpy as np

from keras_vae_collapse.tasks import Task


class CopyTask(Task):
    name, vocabulary_size, max_length = "copy", 10, 6

    def __init__(self):
        ids = np.random.default_rng(0).integers(4, 10, size=(120, 5))
        examples = [[*row, 3] for row in ids.tolist()]  # 3 ends a sequence
        self.train_examples, self.dev_examples = examples[:96], examples[96:]

    def encode(self, examples):
        return {"source": np.array(examples, "int32"), "target": np.array(examples, "int32")}
