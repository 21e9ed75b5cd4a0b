from keras_vae_collapse.tasks.reinflection import Example, back_translation
from keras_vae_collapse.tasks.reinflection.paradigms import paradigms

# `realeza` is a noun; `realces` is a form of the noun `realce` and of the verb `realzar`.
NOUN, VERB = "pos=N,num=PL", "pos=V,mood=SBJV"
HOMOGRAPH = [
    Example("realce", NOUN, "realces"),
    Example("realces", VERB, "realce"),
    Example("realzo", VERB, "realces"),
    Example("realeza", NOUN, "realezas"),
    Example("realezas", "pos=N,num=SG", "realeza"),
]


def test_a_form_of_two_parts_of_speech_links_no_paradigms():
    forms = [set(paradigm.forms) for paradigm in paradigms(HOMOGRAPH)]
    assert forms == [
        {"realce", "realces"},
        {"realces", "realce", "realzo"},
        {"realeza", "realezas"},
    ]


def test_no_noun_is_inflected_as_a_verb():
    asked = []

    def inflect(words, features):
        asked.extend(zip(words, features, strict=True))
        return list(words)

    back_translation(HOMOGRAPH, inflect, labels=50)
    assert ("realce", "pos=N,num=SG") in asked
    assert not [word for word, features in asked if "pos=V" in features and "realez" in word]


def test_the_source_of_task_two_has_a_part_of_speech_of_its_own():
    example = Example("run", "pos=N", "runner", source_features="pos=V")
    (paradigm,) = paradigms([example])
    assert set(paradigm.forms) == {"run", "runner"}
    other = Example("run", "pos=N", "runs", source_features="pos=N")
    assert len(paradigms([example, other])) == 2


def test_a_participle_is_a_verb_s_and_features_without_part_of_speech_are_alike():
    tags = [Example("gehen", "V;PST", "ging"), Example("gehen", "V.PTCP;PST", "gegangen")]
    bare = [Example("ev", "case=ABL", "evden"), Example("evden", "num=PL", "evler")]
    assert len(paradigms(tags)) == len(paradigms(bare)) == 1
