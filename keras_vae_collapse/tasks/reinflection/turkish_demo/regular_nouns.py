"""Real Turkish nouns whose inflection follows from their spelling, in alphabetical order."""

REGULAR_NOUNS = """
abajur abajurcu abla acı açlık ad ada adam aday adres afiyet ağ ağa ağaç ağaçkakan ağlama ağustos
ahenk ahır ahtapot aile akbaba akciğer akı akış akışkan akraba akrep aksan aksesuar akşam aktör
aktris alamet alan alarm albatros albay albüm alem algoritma alıç alışveriş alkış altıgen altın
altyapı amaç amatör ambar ambulans amca anahtar anahtarlık ananas anarşi anı anıt animasyon anket
anlam anlaşma anne annelik anten apartman aptallık araba aralık arazi ardıç argo argon arı arıza
arkadaş arkadaşlık armağan arpa arsa artık arz arzu asa asansör aseton asker askı aslan astar
astronot aş aşama aşçı aşık aşk aşure at atkı atlambaç atlet atlı atom atölye avcı avize avlu avuç
ay ayak ayakkabı ayakkabıcı ayaz aydınlık aygır aygıt ayı ayin ayna ayran ayrılık ayrımcılık ayrıntı
azınlık azot âlem âlim âmâ âşık baba baca bacak bacı badana bağ bağcık bağırsak bahane bahar baharat
bahçe bahçıvan baht bakan bakıcı bakır bakkal bakla baklava bal baldır baldız bale balık balıkçı
balina balkan balkon balon balta bandaj bando bank banka banliyö baraj bardak barınak barış basamak
basın basınç bastırma baston baş başak başarı başkan başkent başlangıç başlık başparmak battaniye
bavul bayan baygınlık bayılma baykuş bayrak bayram baz bebek beden bekçi bel bela belde belediye
belge belirteç bellek bencillik benek benzer benzin berber besin beste beşgen beşik betik bez bıçak
bıldırcın bıyık biber biçim bikini bildiri bilek bileşik bilet bilezik bilgi bilgin bilgisayar bilim
bilinç bilmece bilye bina binek binici bira birey birikim birleşme bisiklet bit bitim bitiş bitki
blog blogcu bluz bodrum boğa boğaz bohça boks bomba boncuk bor borazan borsa boru boşluk botanik boy
boya boyacı boynuz boza bozkır böbrek böcek böğürtlen bölge bölüm börek börülce brokoli budak buğday
buhar buket bulaşık bulgur buluş buluşma bulut bulvar buruşukluk buton buz buzağı bükme bülbül
bülten bürokrasi büst bütçe büyü büyücü büyükelçi büyüklük cacık cadde cam camcı cami can cehennem
ceket cennet cephe cevap ceviz ceylan ceza cezerye cımbız cibinlik ciğer cihaz ciklet cila cin
civciv coğrafya conta coşku cumhuriyet cüce cümle cüzdan cüzzam çaba çadır çağ çağrı çakal çakı
çakıl çakmak çalgı çalgıcı çalgıç çalı çalışma çam çamaşır çamur çan çanta çap çapa çar çark çarşaf
çarşı çatal çatı çatlak çay çaydanlık çayır çaylak çekiç çekim çekirdek çekirge çekmece çelenk
çember çene çerçeve çeşme çeşni çığ çığlık çıkar çıkma çıktı çınar çıplaklık çırak çıt çiçek çiçekçi
çift çiftlik çikolata çil çilek çim çimen çimento çinko çip çirkinlik çit çizgi çizme çizmeci çoban
çocuk çocukluk çokgen çorap çorba çökelek çöküş çöl çöp çörek çözelti çözüm çubuk çukur çuval dadı
dağ dağılma dağıtım dakika daktilo dal dalak dalga dalgıç dalgınlık damar damatlık damga damızlık
damla dansçı dantel davet davul dayanak dayı dede dedikodu dedikoducu defter değer değirmen
değişiklik değişken değnek dehşet delik deltoid demet demir demirci demlik deney deneyim denge deniz
depo depresyon dere derece dergi deri derinlik derleme derleyici dernek ders desen destan dev deve
devlet devrim deyim dışkı dikdörtgen diken dikiş dikme dil dilber dilbilim dilbilimci dilek dilekçe
dilenci dilim dinamit dindarlık dinlenme dinleti dinozor direk direniş dirim dirsek disket disko
diskotek diş dişçi dişi dişlek dişli divan diz dize dizi doğa doğu doğum doktor doktrin dokuma dolap
dolmuş domates domuz don donanım donatım dondurma donma doruk dost dönem dönüş dörtgen döşek döviz
dua dublör dudak duman durak duraklama durum duş dut duvar duy duygu duyma duyu duyuru düdük düğme
düğün dük dükkân dülger dümen dünya dürbün dürüstlük düş düşes düşman düşünce düzen düzine düzlük
ebe ebediyet ebru ece edat edebiyat efe efendi efsun egoizm eğitim eğlence ehemmiyet ehliyet ejderha
ek ekici ekin ekip ekmek ekonomi ekran eksen eksiklik el elbise elçi elçilik eldiven elek elektrik
element elips elma elmas emanet embriyo emek emekçi engel enginar enişte erdem ergenlik erik erime
erkek erkeklik esenlik eser esinti esnaf esrar eş eşek eşik eşkıya eşofman eşya et etap etek etiket
etki etmen ev evlilik evren eylem eylül ezgi eziyet fabrika faks fakülte fal fanus fare fasulye
fatura fayans fazlalık fener feribot fıçı fındık fırça fırın fırsat fırtına fıstık fidan fidanlık
fidye figüran fiil fil filiz film filo filozof fincan finiş firma fişek fitil fiyat fizik fizikçi
fizyoloji flaş fonksiyon formül fosil fotoğraf fotoğrafçı frambuaz frekans fren fulya futbolcu gaf
gaflet galaksi galeri gar garaj garanti garson gayret gaz gazel gazete gazeteci gazoz gece gecelik
geçim geçiş geçmiş gelenek gelin gelincik gelinlik gelir gelişme gemi gemici gençlik geometri gerçek
gereksinim gergef geyik geyşa gezegen gezi gezinti gıda gırtlak gider girdap giriş girişim gişe
gitar giysi gizem gondol göbek göç gökdelen göl gölge gömlek gömü gönüllü görev görgü görüntü görüş
görüşme gösteri gövde göz gözcü gözetim gözlem gözlemci gözleme gözlük gözlükçü grev gurbet gurur
gübre güçlük gülle gülüş gün günah günahkâr gündem güneş güney günlük güreş güreşçi gürgen gürültü
güveç güvenlik güvercin güverte güz güzel güzellik haber hacı hacılık haç hafıza hafta halat halı
halk halka hamal hamam hamburger hamle hamster hamur han hancı hançer hanım harabe harçlık hareket
harika harita hasret hasta hastalık hastane hata hatır hava havlu havuç havuz hayat hayvan hazırlık
hazine haziran hece hedef hediye hekim helva hemşire hesap heves heyecan heyet heykel hıçkırık hırka
hırsız hırsızlık hız hikâye hikmet hindi hisse hitap hizmet hoca homurdanma homurtu horoz hortum
hoşgörü huni huri huy huzur hücre hükûmet hülya ıhlamur ırk ırmak ısı ısırgan ısırık ıslaklık ıslık
ıspanak ıstakoz ışık ışın ızgara iblis ibrik iç içecek içerik içgüdü içki içlik içtenlik içyüz idare
iddia iffet iftira iğde iğne ihale ihtiyaç ikilem ikiz iklim ikram il ilaç ilan ilçe ileti ilgi ilik
ilişki ilke ilköğretim imam imar imge imkân imza inanç incelik inci incir indirim inek insan
insanlık inşaat intihar intikam ip ipek iskele iskelet iskemle ispirto istasyon istek istemci
istiridye istisna isyan iş işçi işkence işkenceci işlemci işleme işletim işletme itfaiye iyelik
iyilik iz izleyici izolasyon jandarma jartiyer jelatin jeoloji jilet jokey jonglör jöle judo jüri
kabak kabalık kabile kabin kablo kabuk kaçak kaçamak kadeh kader kadın kadro kafa kafes kahkaha
kahraman kahvaltı kahve kakao kalabalık kalamar kalas kaldıraç kaldırım kale kalem kalfa kalıp
kalite kalkan kalkınma kalpak kamçı kamp kampanya kamyon kan kanal kandil kanepe kantin kanun kapak
kapasite kapı kaplama kaplan kaplıca kaplumbağa kapsam kaptan kar karaca karaciğer karakol karakter
karamel karanfil karanlık karantina karar kardelen kardeş kare karga kargaşa karı karınca karides
karma karnabahar karne karpuz karşılık karşıtlık kart kartal kartpostal karyola kas kasa kasaba
kasap kaset kasık kasım kasımpatı kasırga kaside kaş kaşar kaşık katar katil katkı katman kavak
kavanoz kavga kavram kavun kaya kayak kaydedici kaygı kayık kaymak kaynak kaynakça kaza kazak kazan
kazanç kazanım kazı kazma kâbus kâinat kebap keçe keçi kedi kedicik kefen kefir kehanet kehribar kek
kekik kelebek kelek kelepçe kelime kellik keman kemer kemik kenar kent kepçe kepenk kerpeten kerpiç
kertenkele kese keser kesim kestane ketçap kıble kıl kılıç kılıf kımız kırbaç kırık kırışıklık
kırtasiye kısaltma kıskançlık kısrak kıvılcım kıyafet kıyı kız kibrit kiler kilim kilise kimlik
kimya kimyacı kir kira kiracı kiraz kireç kiriş kirpi kirpik kitabe kitap kitaplık klarnet klasör
klavye klorofil kobra koca koç koku kol kola kolaj kolaylık kolej koleksiyon kolonya koltuk kolye
komedi komşu komut komutan konak konferans konser konsey kontes konu konuk konuşma konut koordinat
kor korku korkuluk korsan korse korunma koruyucu koşu koşul koy koyun koz koza köfte köken köknar
köle kömür köpek köprü köpük körfez körlük köşk köy köylü kraker krallık kredi krem krep kriz
krizantem kromozom kubbe kucak kuğu kukla kulaç kulak kule kullanıcı kullanım kullanış kullanma
kulluk kulp kulübe kulüp kum kumanda kumaş kumbara kumpas kunduz kura kural kuram kurbağa kursiyer
kurşun kurtçuk kurtuluş kurul kuruluş kurum kuruş kuş kuşak kuşkonmaz kutlama kutsallık kutu kuvvet
kuyruk kuyu kuyumcu kuzey kuzgun kuzu küçüklük kül külah külfet küllük kümbet küme kümes küp küpe
küre kürek kürk kütük kütüphane laboratuvar ladin lahana lahmacun lala lale lamba lapa lastik
laterna lavabo leblebi leğen lehçe leke leş leylek lezzet lider likör liman limon limonata lira
lisan lise liste lokanta lokma lokomotif lokum lonca lunapark lüfer maaş madalya madam madde maden
maestro magma mağara mahalle mahkeme mahzen makale makara makarna makas makbuz makina makine makyaj
mal mala malumat malzeme mama mancınık mandal mandalina mangal mantar mantık manzara marangoz
maraton marş mart marul masa masal maskara maske masraf masumiyet maşa matematik mavna maya maydanoz
mayıs maymun mayo mayonez mazot meclis medeniyet medrese mekik mektep mektup melek melodi memleket
memur mendil menekşe menteşe menü menzil merdiven merhem merkez mermer mermi mesafe mesaj mesele
meslek mesuliyet meşale meşe meşrubat mevsim meydan meyhane meyve mezar mezarlık meze mezuniyet mıh
mıknatıs mırıltı mısır mısra mızrap mide midye migren miğfer mikrofon mikrop miktar milimetre millet
mimar minare minber minder miras misafir misket mobilya model molekül monarşi motel motor motorin
mucize muhabir muhalefet muhallebi muhtar mum mumya musluk muson muşmula mutfak mutluluk muz
mücadele mücevher müdahale müdür müellif müezzin müjde mümessil mürekkep müsaade müstahdem müşteri
müzakere müze müzik müzisyen nakış nal namaz nane nargile narkotik neden nedime nefes nefret nem
nene nergis neşe net nilüfer nimet nine ninni nisan nişan nişanlı niyet nohut nokta not nöbet
nöbetçi nöron numara nur nüfus oba obje ocak oda odacı odak odun ofis oğlan oje ok oklava okul okuma
okyanus olanak olay olgu olgunluk olta omlet omurga onarım onay ongun onur orak oran orangutan ordu
orkestra orman orta ortak ortaklık ortam ortanca ot otel oto otobüs otogar otomobil otomobilci
otostopçu oturak oturum ova oy oyma oynatıcı oyuk oyuncak oyuncu oyunculuk ozan ödeme ödenek ödev
ödül ödünç öğe öğle öğrenci öğrenim öğreti öğretmen öğün öğütücü ökçe öksürük öküz ölçek ölçü ölüm
ölümsüzlük önbilgi öncelik önder önem önemsizlik öneri önlem önyargı öpücük ördek örgü örnek örs
örtü örümcek örüntü övgü öykü öz özen özet özgürlük özlem pabuç paket palmiye palto palyaço pamuk
panayır pancar panda pansiyon papa papağan paparazi papaz papirüs papyon para paradoks paraşüt parça
parçacık parçalanma parıltı park parlatıcı parmak pasaport paskalya pasta pastane pastırma paşa
patates paten patika patlıcan patron pay paylaşım pazar pazarcı peçete pekmez pelerin pencere
penisilin perçem perde peri peron peygamber peynir pınar pırasa pijama piknik pil pilav pilot pipet
pirinç piyade piyano plaj plan planet platform poğaça polis politika politikacı porsuk port portakal
portre posta poster pozisyon prens prensip program proje protesto psikiyatr puan pul puro pusu
pusula püre radar radyo raf rahat rahip rakam rakı ramazan randevu rapor ray reçel reçete referans
rehber reis rekabet reklam rekor rende ressam rıhtım rica robot roket roman rota rotor röntgen
röportaj ruj rutubet rüya rüzgâr sabah saban sabun saç saçmalık safha sağ sağduyu sağlayıcı sağlık
saha sahil sahip sahne sakal sakız saklambaç saksı salata salçalık saldırı salgın salıncak salon
salyangoz saman sanat sancak sancı sandal sandalye sandık sansar sapan saplantı saray sargı
sarhoşluk sarımsak sarkaç sarmaşık sarnıç satış satranç savaş savcı savunma sayaç sayfa saygı sayı
sayım sebep seccade seçenek seçici seçme seçmen sedir sel selam semer senaryo sendrom sepet sepetçi
sera serap serçe sergi serinlik sermaye servet servis ses sessizlik sevgi sevinç sezgi sezon
sıcaklık sıçan sıfat sığınak sığır sıkıntı sınav sınıf sınır sıra sıralama sırdaş sırt sıva sızı
sigara siğil sihirbaz silah silgi silindir simge simyacı sinagog sincap sindirim sinek sinema sinir
sirk sirke sis sistem site sivrisinek siyasetçi soba sofra soğan soğuk soğukluk sokak soluk solunum
somun son sonbahar sonsuz sonsuzluk sonuç sopa sorgu soru sorumluluk sorun sosyoloji soy soygun
sömürge söylem söyleşi söz sözcü sözcük sözcülük sözleşme sözlük sporcu start suç suçlu suikast
sultan sunu sunucu sunum supap susam susuzluk sümük sünger süngü süre süreklilik sürgü sürgün
sürpriz sürü sürücü sürüm sürüngen süs süt sütun sütyen süvari süzgeç şafak şah şair şaka şal şalgam
şampanya şampiyon şans şantaj şapka şapkacı şarap şarapçı şark şarkı şarkıcı şarkıcılık şart şato
şebeke şef şeftali şeker şelale şemsiye şenlik şerbet şerbetçi şeref şerefe şırınga şifonyer şiir
şikâyet şimşek şirket şişe şişlik şizofreni şoför şok şort şölen şubat şube şurup şuur şüphe tabak
taban tabanca tabela tablo tabut taciz tahıl tahmin taht tahta takı taklitçi taksi takvim talep
talih tamir tan tandır tane tanık tanım tanjant tank tansiyon tapu taraf tarak tarçın tarım tarif
tarihçi tarla tarz tasarı tasarım tasarruf taslak tasma taş taşıt tatlı tava tavan tavşan tavuk
tayfa tayga tebeşir tecrübe tehlike teker tekerlek tekila tekke teklif tekne teknik teknoloji tekrar
tekstil tel telaffuz telefon temel temmuz temsil temsilci ten tencere tenisçi teorem teori tepe
tepki tepkime tepsi ter terapist terazi terbiye tercih tercüman terim terlik termometre terör
terörizm terzi tesadüf teşhir teşhis tetik tez tırnak ticaret tilki tip tipografi titreşim tiyatro
tohum toka tokmak top topçu toplantı topluluk toplum toprak torba torpil tortu torun toz tören
trafik tren tuğla tulum turist turizm turşu tuş tutar tutku tuvalet tuz tuzluk tüfek tümce tünel tüp
türkü tütün tütüncü tüy ucube uçak uçurtma uçurum uğraş ulak ulaşım ulus un unvan usta ustalık
uyanış uyarı uydu uygarlık uygulama uyku uyruk uyum uzantı uzay uzman uzunluk ücret üçgen ülke ülkü
ün üniversite ünlü ünsüz üretici üretim ürperti ürün üslup üst ütü üye üyelik üzüm üzüntü vadi vagon
vaha vahşet vali valiz vapur varlık vasiyet vatan vatandaş vazife vazo veda vergi veri vezir vida
villa virgül virüs vişne vitamin vitrin yaban yabancı yağ yağış yağlayıcı yağma yağmur yaka yakıt
yakut yalan yalancı yalancılık yalı yalıtım yama yanak yanardağ yangın yanıt yankı yapboz yapı yapma
yaprak yara yaralanma yarar yarasa yaratı yaratıcı yaratma yardım yardımcı yargı yargıç yarık
yarımada yarış yarışma yasak yasemin yastık yaş yaşam yaşantı yatak yatırım yavru yay yaya
yayıncılık yayla yaz yazar yazı yazılım yazıt yazma yedek yel yele yelek yelken yelpaze yem yemek
yemeni yemiş yenge yengeç yenilik yer yerleşim yeşim yetenek yeterlik yeterlilik yeti yetki
yetmezlik yığın yıkım yıl yılan yıldız yoğurtçu yokluk yoksul yoksulluk yokuş yol yolcu yolculuk
yoldaş yonga yordam yorgan yorgunluk yorum yosun yön yönetim yöre yörünge yudum yufka yumurtalık
yutak yuva yüksekokul yüksük yün yürek yürüyüş yüz yüzey yüzme yüzük yüzyıl zafer zaman zangoç zar
zarar zarf zekâ zemin zenginlik zeytin zıpkın zırh zil zincir zirve ziyafet ziyaret ziyaretçi zombi
zorluk zurna
"""
