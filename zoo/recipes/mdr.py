from keras_vae_collapse.training import Recipe

# 40 nats is four times what it takes to tell 20,000 words apart (ln 20,000 = 9.9 nats): room for
# words never seen. A multiplier above 1 pays for rate whatever it carries: training starts below.
# Less damping learns faster, but the rate on new words falls further below its target.
RECIPE = Recipe(
    name="mdr",
    paper="Pelsmaeker & Aziz 2019, arXiv:1904.08194",
    summary="minimum desired rate: a Lagrange multiplier holds the rate at its target",
    rate_term={"class": "MDRConstraint", "rate_nats": 40.0, "initial_multiplier": 0.8},
)
