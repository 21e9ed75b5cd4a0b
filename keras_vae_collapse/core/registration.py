"""Makes every class of this package loadable by Keras without importing them all.

Keras finds a class of a saved model in `keras.saving.get_custom_objects()`, where a class stands
once its module has been imported. Importing all of ours takes seconds. So a `_Deferred` object
stands there for each: when a file names it, it imports the class and hands the configuration on.
Keras itself is not imported here either: what there is to do waits until somebody imports it.
"""

import importlib
import importlib.abc
import importlib.util
import sys

PACKAGE = "keras_vae_collapse"

# The public classes that a saved model may name, by the package that exports them.
_NAMES = {
    "layers": """
        AlignedGRUDecoder AttentionPooling AuxiliaryStateCost BagOfChars BagOfCharsHead
        BatchNormGaussianLatent BernoulliAttributes CategoricalAttributes CharDropout
        ConditionAttention ContiguousDropout DUGaussianLatent DeltaGaussianLatent Dropout
        EmbeddingDropout GRU GRUDecoder GRUEncoder GaussianLatent HardKumaraswamyAttributes
        HistorylessGRUDecoder LSTM LSTMDecoder LSTMEncoder LatentAttention LatentSkip
        MixturePrior PartialSupervision TransformerDecoder TransformerEncoder VampPrior
        VonMisesFisherLatent
    """,
    "losses": """
        ControlVAEKL FreeBitsKL GECO ImportanceWeightedBound KLDivergence MDRConstraint
        MaximumMeanDiscrepancy SoftFreeBitsKL TargetRate
    """,
    "losses.distortions": "BernoulliNLL GaussianNLL SequenceNLL WatchedDistortion",
    "metrics": "ActiveUnits",
    "schedules": """
        CyclicalAnnealing ExponentialAnnealing ExponentialCooling LinearAnnealing
        LogisticAnnealing
    """,
    "models": "SequenceDecoder SequenceVAE",
    "distribute": "ReplicaAdam",
    "tasks.reinflection": "ReinflectionVAE SemiSupervisedVAE",
    "tasks.text": "TextVAE",
}
CLASSES = {package: tuple(names.split()) for package, names in _NAMES.items()}

# Public classes that older files and programs name otherwise: `{old name: name}`.
RENAMED = {"WordEncoder": "GRUEncoder", "FeatureAttention": "ConditionAttention"}


class _Deferred:
    """Stands for a class that is imported when a saved configuration asks for it."""

    def __init__(self, module, name):
        self._module, self.__name__ = f"{PACKAGE}.{module}", name

    def resolve(self):
        """The class."""
        return getattr(importlib.import_module(self._module), self.__name__)

    def from_config(self, config):
        """An object of the class, as Keras asks for it."""
        return self.resolve().from_config(config)


def registered_class(registered_name):
    """The class of a registered name such as `keras_vae_collapse>GRU`, or `None`."""
    import keras

    found = keras.saving.get_registered_object(registered_name)
    return found.resolve() if isinstance(found, _Deferred) else found


def _register():
    import keras

    objects = keras.saving.get_custom_objects()
    deferred = {name: _Deferred(module, name) for module in CLASSES for name in CLASSES[module]}
    deferred.update({old: deferred[name] for old, name in RENAMED.items()})
    for name, cls in deferred.items():
        objects.setdefault(f"{PACKAGE}>{name}", cls)


def register_with_keras():
    """Registers all classes: now where Keras is imported, else as soon as it is."""
    if "keras" in sys.modules:
        _register()
    elif not any(isinstance(finder, _AfterKeras) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterKeras())


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Finds `keras` as Python does and registers our classes after its import."""

    def __init__(self):
        self._asking = False

    def find_spec(self, name, path=None, target=None):
        if name != "keras" or self._asking:
            return None
        self._asking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._asking = False
        if spec is not None:
            run = spec.loader.exec_module

            def run_and_register(module):
                run(module)
                _register()
                sys.meta_path.remove(self)  # only now: a spec may be sought without an import

            spec.loader.exec_module = run_and_register
        return spec
