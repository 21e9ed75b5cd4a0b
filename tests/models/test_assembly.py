"""What of a recipe reaches which part of the model."""

from training_runs import tiny

from keras_vae_collapse.core.special_ids import PAD, SOS, UNK
from keras_vae_collapse.models.assembly import sequence_parts


def parts(name, **settings):
    recipe = tiny(name, dropout=0.3, **settings)
    return sequence_parts(recipe, 9, max_length=5, condition_size=3, seed=100)


def test_dropouts_of_the_history_have_their_options_and_keep_padding_and_start():
    decoder = parts("char_dropout")["decoder"]
    found = decoder.history_dropout
    assert (found.rate, found.unk_id, tuple(found.keep_ids)) == (0.6, UNK, (PAD, SOS))
    assert decoder.embedding_dropout is None
    assert parts("embedding_dropout")["decoder"].embedding_dropout.rate > 0


def test_sizes_and_rates_reach_encoder_latent_and_decoder():
    found = parts("base")
    encoder, latent, decoder = found["encoder"], found["latent"], found["decoder"]
    assert encoder.dropout == decoder.dropout == 0.3
    assert (encoder.units, encoder.embedding_dim, encoder.slots) == (16, 8, 0)
    assert (latent.latent_dim, latent.slots, latent.rate_term.name) == (4, 1, "rate_term")
    assert (decoder.recurrence.units, decoder.embedding_dim, decoder.condition_dim) == (16, 8, 8)
    assert (found["max_length"], decoder.max_length, found["condition_size"]) == (5, 6, 3)
    assert found["bag_of_chars"] is found["bag_of_chars_head"] is None


def test_slots_join_encoder_latent_and_decoder():
    found = parts("best", slots=2, slot_spacing=1.5)
    attention = found["decoder"].latent_attention
    assert found["encoder"].slots == found["latent"].slots == attention.slots == 2
    assert found["encoder"].slot_spacing == attention.spacing == 1.5
    assert found["encoder"].slot_dim == attention.units == 8


def test_heads_and_costs_are_those_of_the_recipe():
    assert parts("bag_of_chars")["bag_of_chars_head"].vocabulary_size == 9
    assert parts("bag_of_chars")["bag_of_chars"].vocabulary_size == 9
    assert parts("z_forcing")["decoder"].auxiliary_state_cost.vocabulary_size == 9


def test_no_two_parts_draw_the_same_noise():
    found = parts("char_dropout_mdr")
    decoder = found["decoder"]
    layers = (decoder.history_dropout, decoder, found["encoder"], found["latent"])
    assert len({layer.seed for layer in layers}) == 4
    assert all(100 <= layer.seed < 110 for layer in layers)


def test_parts_have_the_names_of_their_places():
    found = parts("best", slots=2)
    decoder = found["decoder"]
    layers = (found["encoder"], found["latent"], decoder, decoder.recurrence)
    assert [layer.name for layer in layers] == ["encoder", "latent", "decoder", "recurrence"]
    assert decoder.latent_attention.name == "latent_attention"
    assert (found["latent"].rate_term.name, found["name"]) == ("rate_term", "best")


def test_seeds_follow_that_of_the_model_and_differ_among_all_that_draw():
    for name, of in (
        ("embedding_dropout", lambda found: found["decoder"].embedding_dropout),
        ("iwae", lambda found: found["latent"].rate_term),
    ):
        found = parts(name)
        layers = (found["decoder"], found["encoder"], found["latent"], of(found))
        assert len({layer.seed for layer in layers}) == 4
        assert all(100 < layer.seed < 110 for layer in layers)


def test_a_task_without_a_condition_has_a_decoder_without_one():
    found = sequence_parts(tiny("skip_vae"), 9, max_length=5, condition_size=0, seed=0)
    assert found["condition_size"] == found["decoder"].condition_dim == 0
    assert (
        found["decoder"].latent_skip is not None
        and found["decoder"].dropout == tiny("skip_vae").dropout
    )
