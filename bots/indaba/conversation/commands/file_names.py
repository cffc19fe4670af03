"""Whether the name of a file looks as if it named somebody. A hint for who saves it, no verdict.

Two capitalised words name somebody if the first is a first name that is common where Indaba is
used, or if neither is a word of school life and the file is one of those that are about a person. A
list of names, of which no name can be read, counts as well. What is written in small letters, and
names of one word, are not found.
"""

import re
from datetime import date
from itertools import pairwise
from pathlib import PurePath

from indaba.conversation.wording import Wording

FIRST_NAMES = """
abdul adam ahmed aisha akhona alice amahle amina amogelang amy andile andries anele anna anne
annelie ansie anton asanda athi ayanda ayesha babalwa bafana bandile ben bongani bongi buhle
busisiwe carla carol caroline catherine chantel charl charlotte christo claire danie daniel
david dikeledi dineo dumisani elena elizabeth elsabe emily emma esther fatima francois fundiswa
gabriel george gerhard gift hannah hannes hassan hendrik henk ilse imraan itumeleng jaco jacob
jacques james jan jane janine jannie jennifer jessica joao johan johannes john jose joseph
joshua kabelo kagiso karabo karen katlego kefilwe keitumetse khanyi khaya koos kwame lebo
lebogang lerato lesedi liam linda lindani lindiwe lize luca luis lunga lungelo lungile lwazi
mandla maria marie marike marius martha martin mary matthew michael michelle mohamed mohammed
molefe mosa mpho msizi muhammad musa mzwandile naledi nandi natasha neo nicole nkosana nkosi
noah nokuthula nolwazi nomsa nomvula nonhlanhla nosipho nthabiseng ntombi olivia omar oratile
palesa paul paulo pedro peter petrus phindile pieter pretty puleng rachel rebecca refilwe
reitumetse retief riaan robert ruan ruth samuel sandile sanele sanjay sarah sbusiso senzo
sibusiso sifiso simphiwe sindi siphesihle sipho siyabonga siyanda sizwe sophie stefan stephen
susan susanna tebogo tendai thabang thabiso thabo thandeka thandi thandiwe thato themba thembeka
thembi thomas thuli tiisetso tinashe tshepo tumelo unathi vusi willem william xolani xolile
yusuf zandile zanele zinhle zodwa zoe zola zukile
"""

SCHOOL_WORDS = """
a about action activities activity adapted admin advice africa african afrikaans afsluiting
after agenda algebra all and animal animals annual answer answers antwoorde antwoordstel april
arithmetic art arts asseblief assessment assessments at atp august autumn award away back bank
baseline basic be beginner best big bilingual biology boek book booklet books bottle box breuke
budget building calendar call camp cape caps card cards care case central chart charts checklist
chemistry child children choice circle city class classes classroom clean climate club coast
code coding college colour colours community concept concepts conference consumer content
counting course creative culture curriculum cycle daily data date day days december decimals
demo design development diagnostic diary die digital directory discussion district division
document draft drama draw early earth east easter eastern easy economic economics education
educational eksamen ems en end energy english environment equations essay evaluation events
every exam examination examinations example examples exams excel exercise exercises experiment
extra facilitator facilitators fact family fase february feedback festival field figures file
files final financial first flash flashcards flow flyer focus food for form format formative
foundation fraction fractions framework free freedom friday from fun further game games gauteng
general geography geometry gids global good government graad graadvyf grade grades grammar graph
graphs green grondslag group groups guide guideline guidelines handbook handout health healthy
help heritage hersiening high higher history holiday holidays home homework hour house how human
ideas in inclusive index indigenous induction information inquiry instructions integrated
intermediate international interview into introduction invitation is isixhosa isizulu jaarplan
january july june junie junior kaap kaart key kids kit klas koerant kwartaal kwazulu language
languages large latest layout lead leadership learn learner learners learning leerder leerders
les leser lesplan lesson lessons level lewens library life light limpopo line list literacy
literature little local long macmillan management manual map maps march marking material
materials math mathematics maths matric may measurement meeting meetings mental mentor mind
minutes mobile model module monday money month monthly mother multiplication music my natal
national natural nature network new news newsletter next north northern notes notice notules
november nsc number numbers numeracy nutrition october oefeninge of on ondersteuning onderwys
onderwyser one online oos opdrag open oral order orientation our outcomes outdoor outline
overview oxford pack paper papers parent parents part participation past phase phonics photo
photos physical physics pictures place plakkaat plan planner planning plans plant plants play
point policy portfolio poster posters power practical practice practices presentation primary
principal problem problems procedure program programme progress project projects prospectus
province provincial public pupil pupils quarter question questions quick quiz rainbow range
rational reader reading ready record reduce region regional register registration rekenkunde
remedial report reports research resource resources review revision roadmap room roster rubric
rules rural sample saturday save school schools science sciences second secondary senior
september series sesotho session set setswana sheet sheets short sign signal skills skool slide
slides small soccer social society solar solutions song songs south space special spelling sport
sports spring staff standard standards start state statistics step steps stories story strategy
street student students studies study subject successful summary summer sunday support survey
system taal table tables task tasks teach teacher teachers teaching team technology template
templates term test tests textbook that the theme theory things this thursday time times
timetable to toets tool toolkit tools top topic topics town track training transition travel
trial trip tuesday two unit update use user using vaardighede values van video vir vocabulary
vraestel vraestelle water we week weekly welcome werkboek werkkaart wes west western wetenskap
what when why wild winter wiskunde with word words work workbook worksheet worksheets workshop
world write writing xhosa year yearly you young your youth zulu
"""

ABOUT_A_PERSON = """
behaviour certificate cv discipline iep incident letter mark marks medical profile progress rapport
reference report result results testimonial transcript uitslae verslag
"""

LISTS = re.compile(
    r"\b(class|klas|learners?'?s?|leerders?|pupils?'?|students?'?|children'?s?|child)"
    r"[\s_-]*(name[\s_-]*lists?|lists?|names|lys|name|naamlys|register)\b",
    re.IGNORECASE,
)
"""Lists of names: class list, learners' names, klaslys."""

KNOWN_TO_ALL = """
nelson mandela desmond tutu albert luthuli walter sisulu steve biko oliver tambo chris hani robert
sobukwe charlotte maxeke jan smuts isaac newton albert einstein marie curie charles darwin ada
lovelace anne frank rosa parks mahatma gandhi martin luther william shakespeare roald dahl paulo
freire maria montessori jean piaget lev vygotsky jerome bruner benjamin bloom john dewey
"""
"""Whom lessons are about, as first and last name."""

_FIRST, _SCHOOL = frozenset(FIRST_NAMES.split()), frozenset(SCHOOL_WORDS.split())
_PERSONAL = frozenset(ABOUT_A_PERSON.split())
_KNOWN_TO_ALL = frozenset(pairwise(KNOWN_TO_ALL.split()))
_BETWEEN = frozenset(("van", "der", "den", "de", "du", "le", "la", "von", "bin", "al"))
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST_ACRONYM = 4


def may_name_somebody(file_name: str) -> str:
    """The part of the name that may be somebody's, or that says it is a list of names; or empty."""
    stem = file_name.rpartition(".")[0] or file_name
    listed = LISTS.search(stem)
    if listed:
        return listed[0]
    words = [word for word in _WORD.findall(_HUMP.sub(" ", stem)) if word not in _BETWEEN]
    about_a_person = any(word.casefold() in _PERSONAL for word in words)
    for first, last in pairwise(words):
        if _are_somebody(first, last, about_a_person=about_a_person):
            return f"{first} {last}"
    return ""


def name_of_its_kind(media_type: str, file_name: str, day: date, wording: Wording) -> str:
    """Another name for it: what it is, the day, and its ending."""
    general = media_type.partition("/")[0]
    kinds = {
        "image": wording.say("picture"),
        "video": wording.say("film"),
        "audio": wording.say("recording"),
    }
    kind = kinds.get(general) or wording.say("document")
    ending = PurePath(file_name).suffix
    return f"{kind} {day.isoformat()}{ending if _ENDING.fullmatch(ending) else ''}"


def _are_somebody(first: str, last: str, *, about_a_person: bool) -> bool:
    pair = (first.casefold(), last.casefold())
    if not (_may_be_one(first) and _may_be_one(last)) or pair[0] == pair[1]:
        return False
    if pair in _KNOWN_TO_ALL:
        return False
    return pair[0] in _FIRST or pair[1] in _FIRST or about_a_person


def _may_be_one(word: str) -> bool:
    """Capitalised, no acronym, and no word of school life."""
    acronym = word.isupper() and len(word) <= _LONGEST_ACRONYM
    plain = word.casefold().removesuffix("'s").removesuffix("\u2019s")
    ordinary = plain in _SCHOOL or plain in _PERSONAL
    return word[0].isupper() and not acronym and not ordinary
