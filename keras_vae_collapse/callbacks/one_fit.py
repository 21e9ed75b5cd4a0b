"""What a callback changes for one `fit`: undone before the next, however this one ends."""

from keras_vae_collapse.losses.rate_term import RateTerm

_UNDOS = "_undone_before_the_next_fit"


def undo_after_fit(model, undo):
    """Runs `undo` at `end_fit`, or else when the next training of a model begins.

    Keras calls no callback when an exception ends `fit`. But whatever trains, `fit` or
    `train_on_batch`, first calls `model.make_train_function()`. For one `fit` the model has its
    own, which undoes before it makes.
    """
    undos = vars(model).get(_UNDOS)
    if undos is None:
        undos, make = [], model.make_train_function

        def undo_and_make(force=False):
            end_fit(model)
            return make(force)

        # Past the attribute tracking of Keras: these are no parts of the model.
        object.__setattr__(model, _UNDOS, undos)
        object.__setattr__(model, "make_train_function", undo_and_make)
    undos.append(undo)


def end_fit(model):
    """Undoes all that waits for the end of a `fit`, the latest first."""
    undos = vars(model).get(_UNDOS)
    if undos is None:
        return
    while undos:
        undos.pop()()
    object.__delattr__(model, "make_train_function")
    object.__delattr__(model, _UNDOS)


def wrap_train_function(model, function, callback):
    """For one `fit`, `function` takes the place of `model.train_function`.

    Raises:
        ValueError: another callback has wrapped it already. What a step computes is decided by one:
            of two, the later would bypass the earlier or be misled by what it does.
    """
    before, name = model.train_function, type(callback).__name__
    other = getattr(before, "wrapped_by", None)
    if other is not None:
        raise ValueError(
            f"{other} and {name} each decide what a step trains, so one `fit` can have one of "
            "them: call `fit` twice. Received: both among its callbacks"
        )
    function.wrapped_by = name

    def undo():
        # Another one, or none, where the model was compiled since.
        if model.train_function is function:
            model.train_function = before

    undo_after_fit(model, undo)
    model.train_function = function


class _StandIn:
    """Stands for a model while Keras makes a train function of another step."""

    def __init__(self, model, train_step):
        self._model, self.train_step = model, train_step

    def __getattr__(self, name):
        return getattr(self._model, name)


def train_function_of(model, variables, hold_state=False):
    """A train function of which a step trains some of the weights and leaves the others.

    The weights of a step are those that are trainable while it is traced, and only so long are
    the others not.

    Args:
        model: a compiled model.
        variables: trainable weights of the model, those that are trained.
        hold_state: whether the rate terms of the model keep their state in such a step: the step
            of a schedule, an integral, a moving average.
    """
    own = {id(variable) for variable in variables}
    others = [v for v in model.trainable_variables if id(v) not in own]
    terms = [layer for layer in model._flatten_layers() if isinstance(layer, RateTerm)]
    step, traced = model.train_step, 0

    def partial_step(data):
        # Strategies trace the step of each replica in a thread of its own, by turns.
        nonlocal traced
        traced += 1
        try:
            for variable in others:
                variable.trainable = False
            for term in terms:
                term.holds_state = hold_state
            return step(data)
        finally:
            traced -= 1
            for variable in others if not traced else ():
                variable.trainable = True
            for term in terms if not traced else ():
                term.holds_state = False

    stand_in = _StandIn(model, partial_step)
    type(model).make_train_function(stand_in, force=True)
    return stand_in.train_function
