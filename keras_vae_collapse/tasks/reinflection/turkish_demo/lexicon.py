"""The word list: real Turkish nouns, with what spelling cannot tell.

`turkish_lemma.Lemma.parse` describes the notation. The properties are those that dictionaries
print beside the headword (`burun, -rnu`; `saat, -ti`; `hak, -kkı`). Nouns with such a property are
listed here by its kind; all others are in `turkish_regular_nouns`.

Agreement with the SIGMORPHON 2016 task 1 files for Turkish (`train` and `dev`, every row of a
listed noun, whatever its features): 8,643 of 8,671 forms of 1,472 nouns, 99.68%. The other 28 are
slips of the files (`süsden`, `keserlarıma`) but for those of `hüzün` (no vowel loss there),
`otostop` (softened there) and `koyun` ("bosom" and "sheep" in one there). Nouns of the files are
not listed when they are long or technical terms, vulgar, or misspelled; of their 2,933 rows
spelling alone predicts 94.5%, the rest being mostly exceptional nouns and the rows whose citation
form is written with a macron.
"""

from keras_vae_collapse.tasks.reinflection.turkish_demo.lemma import Lemma
from keras_vae_collapse.tasks.reinflection.turkish_demo.regular_nouns import REGULAR_NOUNS

_EXCEPTIONAL_NOUNS = """
# In words of one syllable the last consonant rarely softens; in these it does.
borç:borc cep:ceb cilt:cild dert:derd dip:dib garp:garb genç:genc gök:göğ grup:grub güç:güc
harç:harc kap:kab kurt:kurd öç:öc plak:plağ renk:reng stant:stand taç:tac tat:tad uç:uc ut:ud
yurt:yurd
# Final t stays; in these it becomes d.
ağıt:ağıd armut:armud asit:asid asteroit:asteroid ceset:cesed çeşit:çeşid damat:damad geçit:geçid
hinterlant:hinterland hudut:hudud inat:inad kanat:kanad kâğıt:kâğıd kilit:kilid murat:murad
öğüt:öğüd piramit:piramid simit:simid söğüt:söğüd şerit:şerid tahdit:tahdid taklit:taklid
tecrit:tecrid umut:umud ümit:ümid vücut:vücud yoğurt:yoğurd
# Final p, k of longer words softens; in these it stays.
ahlak:ahlak evrak:evrak hukuk:hukuk lolipop:lolipop merak:merak otostop:otostop tatbik:tatbik
tebrik:tebrik yakantop:yakantop
# Final g of Greek nouns in -log becomes ğ.
diyalog:diyaloğ katalog:kataloğ monolog:monoloğ psikolog:psikoloğ sosyolog:sosyoloğ
# The last consonant is palatal: suffixes are front after a back vowel.
alkol~ ampul~ cemaat~ dikkat~ enstrümantal~ festival~ final~ general~ gol~ hakikat~ hal~ harf~
harp~:harb hayal~ hâl~ hiperbol~ ideal~ ihmal~ integral~ itaat~ kabul~ kalp~:kalb kontrol~ kristal~
lügat~ metal~ moral~ müzikal~ parabol~ petrol~ protokol~ rol~ saat~ santral~ sembol~ seyahat~
sinyal~ şimal~ tabiat~ terminal~ usul~
# The vowel of the last syllable drops before a suffix that begins with a vowel.
ağız:ağz akıl:akl alın:aln asıl:asl beyin:beyn beyit:beyt boyun:boyn burun:burn cisim:cism
devir:devr emir:emr fikir:fikr göğüs:göğs gönül:gönl hacim:hacm hapis:haps hüküm:hükm hüzün:hüzn
ilim:ilm isim:ism izin:izn karın:karn kayıp:kayb kayıt:kayd keyif:keyf kısım:kısm kutup:kutb
nabız:nabz nehir:nehr nutuk:nutk oğul:oğl omuz:omz ömür:ömr özür:özr resim:resm ritim:ritm
sabır:sabr şehir:şehr şekil:şekl şükür:şükr tavır:tavr ufuk:ufk vakit:vakt zehir:zehr zihin:zihn
zulüm:zulm
# The last consonant doubles before a suffix that begins with a vowel.
hak:hakk hat:hatt his:hiss sır:sırr tıp:tıbb üs:üss zam:zamm
# A buffer of its own.
su:suy
# Compounds that are third person possessives.
atasözü=atasöz ayçiçeği=ayçiçek buzdolabı=buzdolap dilbilgisi=dilbilgi gökkuşağı=gökkuşak
gökyüzü=gökyüz gözbebeği=gözbebek gözyaşı=gözyaş ipucu=ipuç işgücü=işgüç kafatası=kafatas
tereyağı=tereyağ yılbaşı=yılbaş zeytinyağı=zeytinyağ
"""


def _read(text):
    """Returns a dictionary from citation form to `Lemma`; lines that begin with # are comments."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    lemmas = [Lemma.parse(entry) for line in lines for entry in line.split()]
    return {lemma.citation: lemma for lemma in lemmas}


LEXICON = _read(_EXCEPTIONAL_NOUNS) | _read(REGULAR_NOUNS)
