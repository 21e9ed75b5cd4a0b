from keras_vae_collapse.training import Recipe

# The authors' values for the steps, and their plain KL whose weight rises over the first epochs:
# here to 1 in 4,000 steps, 10 epochs of 25,600 words.
RECIPE = Recipe(
    name="aggressive_encoder",
    paper="He et al. 2019, arXiv:1901.05534",
    summary="the encoder catches up before each step of the decoder",
    rate_term={
        "class": "KLDivergence",
        "weight": {"class": "LinearAnnealing", "rate": 2.5e-4, "threshold": 1.0},
    },
    encoder_training={"class": "AggressiveEncoder", "max_steps": 100, "check_every": 15},
)
