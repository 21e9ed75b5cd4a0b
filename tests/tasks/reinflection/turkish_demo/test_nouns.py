"""Noun paradigms against the textbook and against the published data."""

import dataclasses

import pytest

from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma
from keras_vae_collapse.tasks.reinflection.turkish_demo.lexicon import LEXICON
from keras_vae_collapse.tasks.reinflection.turkish_demo.nouns import (
    CASES,
    NOUN_FEATURES,
    PREDICATE_FEATURES,
    SHORT_FEATURES,
    inflect,
    inflect_noun,
    inflect_predicate,
    paradigm,
)

# Nominative, accusative, genitive, dative, locative, ablative singular; then the plural and the
# possessives of the first and third person singular, as grammars print them.
TEXTBOOK = """
ev       ev evi evin eve evde evden                               evler evim evi
araba    araba arabayı arabanın arabaya arabada arabadan          arabalar arabam arabası
kitap    kitap kitabı kitabın kitaba kitapta kitaptan             kitaplar kitabım kitabı
köpek    köpek köpeği köpeğin köpeğe köpekte köpekten             köpekler köpeğim köpeği
çocuk    çocuk çocuğu çocuğun çocuğa çocukta çocuktan             çocuklar çocuğum çocuğu
ağaç     ağaç ağacı ağacın ağaca ağaçta ağaçtan                   ağaçlar ağacım ağacı
renk     renk rengi rengin renge renkte renkten                   renkler rengim rengi
kanat    kanat kanadı kanadın kanada kanatta kanattan             kanatlar kanadım kanadı
saat     saat saati saatin saate saatte saatten                   saatler saatim saati
rol      rol rolü rolün role rolde rolden                         roller rolüm rolü
kalp     kalp kalbi kalbin kalbe kalpte kalpten                   kalpler kalbim kalbi
burun    burun burnu burnun burna burunda burundan                burunlar burnum burnu
şehir    şehir şehri şehrin şehre şehirde şehirden                şehirler şehrim şehri
vakit    vakit vakti vaktin vakte vakitte vakitten                vakitler vaktim vakti
hak      hak hakkı hakkın hakka hakta haktan                      haklar hakkım hakkı
his      his hissi hissin hisse histe histen                      hisler hissim hissi
su       su suyu suyun suya suda sudan                            sular suyum suyu
göz      göz gözü gözün göze gözde gözden                         gözler gözüm gözü
okul     okul okulu okulun okula okulda okuldan                   okullar okulum okulu
gün      gün günü günün güne günde günden                         günler günüm günü
top      top topu topun topa topta toptan                         toplar topum topu
ok       ok oku okun oka okta oktan                               oklar okum oku
katalog  katalog kataloğu kataloğun kataloğa katalogda katalogdan kataloglar kataloğum kataloğu
kâğıt    kâğıt kâğıdı kâğıdın kâğıda kâğıtta kâğıttan             kâğıtlar kâğıdım kâğıdı
""".split("\n")[1:-1]


@pytest.mark.parametrize("row", TEXTBOOK, ids=lambda row: row.split()[0])
def test_declension_is_that_of_the_textbook(row):
    noun, *forms = row.split()
    expected = forms[:6], forms[6:]
    cases = [inflect_noun(noun, case) for case in CASES]
    others = [
        inflect_noun(noun, number="PL"),
        inflect_noun(noun, possessor="PSS1S"),
        inflect_noun(noun, possessor="PSS3S"),
    ]
    assert (cases, others) == expected


def test_possessives_of_house_and_car():
    people = ["PSS1S", "PSS2S", "PSS3S", "PSS1P", "PSS2P", "PSS3P"]
    assert [inflect_noun("ev", "ESS", possessor=who) for who in people] == [
        "evimde", "evinde", "evinde", "evimizde", "evinizde", "evlerinde"
    ]  # fmt: skip
    assert [inflect_noun("araba", "ABL", "PL", who) for who in people] == [
        "arabalarımdan", "arabalarından", "arabalarından",
        "arabalarımızdan", "arabalarınızdan", "arabalarından",
    ]  # fmt: skip


def test_second_and_third_person_differ_before_other_cases():
    assert inflect_noun("araba", "DAT", "SG", "PSS2S") == "arabana"
    assert inflect_noun("araba", "DAT", "SG", "PSS3S") == "arabasına"
    assert inflect_noun("araba", "ACC", "SG", "PSS3S") == "arabasını"
    assert inflect_noun("araba", "GEN", "SG", "PSS2P") == "arabanızın"


def test_compounds_lose_their_possessive_before_the_plural():
    assert inflect_noun("buzdolabı", "ESS") == "buzdolabında"
    assert inflect_noun("buzdolabı", "ACC") == "buzdolabını"
    assert inflect_noun("buzdolabı", number="PL") == "buzdolapları"
    assert inflect_noun("buzdolabı", "GEN", "PL") == "buzdolaplarının"
    assert inflect_noun("buzdolabı", "NOM", "SG", "PSS1S") == "buzdolabım"
    assert inflect_noun("buzdolabı", "DAT", "PL", "PSS1P") == "buzdolaplarımıza"
    assert inflect_noun("buzdolabı", "NOM", "SG", "PSS3S") == "buzdolabı"
    assert inflect_noun("buzdolabı", "NOM", "SG", "PSS3P") == "buzdolapları"


def test_predicates_are_those_of_a_plural_subject():
    assert inflect_predicate("öğretmen", 1) == "öğretmeniz"
    assert inflect_predicate("çocuk", 1) == "çocuğuz"
    assert inflect_predicate("işçi", 2, "PL") == "işçilersiniz"
    assert inflect_predicate("işçi", 3) == "işçiler"
    assert inflect_predicate("işçi", 3, "PL") == "işçilerdir"
    assert inflect_predicate("işçi", 1, tense="PST") == "işçiydik"
    assert inflect_predicate("dost", 1, tense="PST") == "dosttuk"
    assert inflect_predicate("dost", 3, "PL", "PST") == "dostlardı"
    assert inflect_predicate("işçi", 2, "SG", "PST", evidential=True) == "işçiymişsiniz"
    assert inflect_predicate("dost", 3, "SG", "PST", evidential=True) == "dostmuşlar"


def test_feature_strings_are_those_of_the_published_files(sigmorphon2016_dir):
    published = {features for _, features, _ in _noun_rows(sigmorphon2016_dir)}
    assert published == {*NOUN_FEATURES, *PREDICATE_FEATURES, *SHORT_FEATURES}
    assert len(NOUN_FEATURES) == 84 and len(PREDICATE_FEATURES) == 18


def test_feature_order_does_not_matter():
    assert inflect("ev", "num=PL,case=ABL,poss=PSS1S,pos=N") == "evlerimden"


def test_short_descriptions_mean_singular_and_nominative():
    assert inflect("kitap", "pos=N,case=ACC") == "kitabı"
    assert inflect("kitap", "pos=N,num=PL") == "kitaplar"


def test_paradigm_holds_every_cell():
    forms = paradigm("ev")
    assert tuple(forms) == NOUN_FEATURES
    assert forms["pos=N,poss=PSS2P,case=DAT,num=PL"] == "evlerinize"
    assert len(paradigm("ev", predicates=True)) == 102


def test_unlisted_nouns_inflect_by_spelling():
    assert "tokyok" not in LEXICON
    assert inflect_noun("tokyok", "DAT") == "tokyoğa"


def test_lemma_objects_say_how_to_inflect():
    assert inflect_noun(Lemma("kanat", "kanat"), "DAT") == "kanata"
    assert inflect_noun(Lemma.parse("kanat:kanad"), "DAT") == "kanada"


@pytest.mark.parametrize(
    "noun, form, inferred",
    [
        ("kanat", "kanatlar", "kanat"),
        ("kanat", "kanadım", "kanat:kanad"),
        ("merak", "merakta", "merak"),
        ("merak", "merakım", "merak:merak"),
        ("burun", "burunda", "burun"),
        ("burun", "burnunda", "burun:burn"),
        ("hak", "haktan", "hak"),
        ("hak", "hakkına", "hak:hakk"),
        ("su", "sudan", "su"),
        ("su", "suya", "su:suy"),
        ("saat", "saat", "saat"),
        ("saat", "saatte", "saat~"),
        ("kalp", "kalpler", "kalp~"),
        ("kalp", "kalbimiz", "kalp~:kalb"),
        ("kafatası", "kafatasım", "kafatas"),
        ("kitap", "kitaplar", "kitap"),
    ],
)
def test_a_form_shows_the_property_that_shaped_it_and_no_other(noun, form, inferred):
    assert LEXICON[noun].inferred_from(form) == Lemma.parse(inferred)


@pytest.mark.parametrize(("noun", "form"), [("kanat", "kanadım"), ("kafatası", "kafatasım")])
def test_what_is_inferred_of_an_invented_noun_is_invented(noun, form):
    for invented in (False, True):
        lemma = dataclasses.replace(LEXICON[noun], invented=invented)
        assert lemma.inferred_from(form).invented == invented


@pytest.mark.parametrize(
    "features", ["", "pos=N", "pos=V,tense=PRS", "pos=N,case=INS,num=SG", "pos=N,case=ABL"]
)
def test_unknown_features_are_refused(features):
    with pytest.raises(ValueError, match="`features` must be one of"):
        inflect("ev", features)


@pytest.mark.parametrize(
    "values", [{"case": "INS"}, {"number": "DU"}, {"possessor": "PSS4S"}, {"possessor": ""}]
)
def test_unknown_values_are_refused_by_name(values):
    with pytest.raises(ValueError, match=f"`{next(iter(values))}` must be one of"):
        inflect_noun("ev", **values)
    for person in (0, 4):
        with pytest.raises(ValueError, match="`person` must be one of 1, 2, 3"):
            inflect_predicate("ev", person)
    with pytest.raises(ValueError, match="`number` must be one of"):
        inflect_predicate("ev", 1, "DU")
    with pytest.raises(ValueError, match="tense"):
        inflect_predicate("ev", 1, tense="PRS", evidential=True)


def test_generator_agrees_with_at_least_99_percent_of_the_published_noun_rows(
    sigmorphon2016_dir, record_property
):
    """No row of a listed noun is left out, whatever its features."""
    rows = _noun_rows(sigmorphon2016_dir)
    covered = [row for row in rows if row[0] in LEXICON]
    wrong = [row for row in covered if inflect(row[0], row[1]) != row[2]]
    nouns = {lemma for lemma, _, _ in covered}
    share = 1 - len(wrong) / len(covered)
    report = (
        f"{len(covered) - len(wrong)} of {len(covered)} rows equal ({share:.4%}), "
        f"{len(nouns)} nouns, {len(rows)} noun rows in the files"
    )
    record_property("agreement", report)
    print(report)
    assert len(covered) >= 8000 and len(nouns) >= 1400, report
    assert share >= 0.995, f"{report}; first wrong: {wrong[:20]}"


def _noun_rows(folder):
    rows = []
    for split in ("train", "dev"):
        text = (folder / f"turkish-task1-{split}").read_text(encoding="utf-8")
        rows += [line.split("\t") for line in text.splitlines()]
    return [row for row in rows if "pos=N" in row[1].split(",")]
