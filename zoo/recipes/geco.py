from keras_vae_collapse.training import Recipe

# 3 nats is about the distortion that `mdr` leaves at 40 nats after a short training. The
# multiplier begins at 10, a KL weight of 0.1: at 1 the model has collapsed before it has grown. It
# moves faster than by default, to settle within the first thousand steps.
RECIPE = Recipe(
    name="geco",
    paper="Rezende & Viola 2018, arXiv:1810.00597",
    summary="the least rate at which the distortion is no more than its target",
    rate_term={
        "class": "GECO",
        "distortion_nats": 3.0,
        "initial_multiplier": 10.0,
        "momentum": 0.9,
    },
)
