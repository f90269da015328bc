"""Takes people out of what somebody wrote, before it is kept: names, phone numbers, mail addresses, personnel numbers.

Our rule: patterns and the names of the directory. What is taken out leaves a
word in brackets, so that the sentence keeps its sense. Versions, times, dates,
article numbers, money and error codes stay: without them a report of a fault
says nothing. Where a number may be either, it stays, unless a word before it
says what it is.

Everything is found in a plain reading of the text (:class:`_Plain`) in which
invisible characters, accents and other ways to write the same letter are gone,
and taken out of the text as it was written. Each step reads the text once, so
time grows with its length alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

NAME, PHONE, MAIL, NUMBER = "name", "phone", "mail", "personnel_number"
MARKS = {
    "en": {NAME: "[name]", PHONE: "[phone]", MAIL: "[mail]", NUMBER: "[personnel number]"},
    "de": {NAME: "[Name]", PHONE: "[Telefon]", MAIL: "[E-Mail]", NUMBER: "[Personalnummer]"},
}
LONGEST = 4
"""Characters that one stands for: some of Arabic and Japanese stand for whole phrases, and are no part of a name."""
ROUNDS = 3
"""Taking something out may bring two parts together that are seen only then; more than this is no writing of people."""

# Names that are words as well, and parts that stand in many names: they count beside another part of the same name.
_WORDS_TOO = (
    "art bell best bill black bond brown bush case chance chip christian cook cross day dean drew earl east faith fax "
    "field fish ford forest frank gene glass grace grant gray green hall hand hill home hope hunter king lane law lee "
    "long love major mark may mercy miles mode moon more north page park pat penny pool port price ray reed rich rob "
    "rod rose rusty self short sky smart south stone sue sun sunny summer ward wells west white will winter wood "
    "word young "
    "bach bauer baum berg bild blum brand bruch busch ernst fest fink fischer frei freitag fromm fuchs ganz "
    "gast gut gross hahn hammer hart haus heft herbst hirsch jager jung kaiser kann kern klein klug koch konig "
    "kraft kranz kreis krug kunst kurz lang laut licht maler markt meister montag morgen neu ott pfeil "
    "preis rat recht reich richter ring roth sauer scharf schatz schlag schloss schneider schnell "
    "schon schreiber schwarz see seil sommer sonntag spiel stark stein stern still sturm tag teil test thron "
    "vogel voll wald wein weiss werk wetter winkel wolf wunder zeit zimmer zoll "
    "al am an as at be bin by da das de del den der di do dos du ein el er es go he ich if im in is it la le les me my "
    "no of on or san so ter to um und up van ve vom von was we wir you zu zum zur "
    "excel office outlook portal system teams windows"
)
WORDS_TOO = frozenset(_WORDS_TOO.split())

_PLACEHOLDER = "|".join(re.escape(mark) for marks in MARKS.values() for mark in marks.values())
_AT = re.compile(r"\s{0,2}(?:@|[(\[{]\s?(?:at|ät)\s?[)\]}])\s{0,2}", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]++(?:(?:\.|\s?[(\[{]\s?(?:dot|punkt)\s?[)\]}]\s?)[\w-]++)++", re.IGNORECASE)
_LOCAL = re.compile(r"[\w.+%'&-]")

_NUMBERS = re.compile(
    rf"""
    (?P<keep>{_PLACEHOLDER}
      | \d{{4}}-\d\d-\d\d(?!\d) | (?<!\w)\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}(?![\d/-])    # days
      | (?<!\w)\d{{1,2}}[:.]\d\d\s?[-–]\s?\d{{1,2}}[:.]\d\d(?!\d) | \d{{1,2}}(?::\d\d){{1,2}}(?!\d)   # times
      | (?<![\w.])\d{{1,5}}(?:\.\d{{1,5}}){{3}}(?![\d])                        # addresses in the network, versions
      | (?:[€$£¥]|\b(?:EUR|USD|CHF|GBP))\s?[+-]?\d[\d.,'\ ]{{0,20}}+           # money
      | (?<![\d+])[+-]?\d[\d.,'\ ]{{0,20}}?(?:[€$£¥%]|\b(?:EUR|USD|CHF|GBP|Euro)\b)
      | \b(?:KB|CHG|PRB|INC|REQ|PO|SO|SN|ID)[-\ #:]{{0,2}}[\w-]{{0,20}}?\d[\w-]*+   # what has a number of its own
      | (?i:\b(?:error|code|fehler|fehlercode|event|build|version|hresult|order|bestellung|auftrag|invoice|rechnung
        |serial|seriennummer))\b[\s:#=.-]{{0,3}}(?:(?i:no|nr|code|number|nummer)\b[\s:#=.]{{0,3}})?\(?[\w.-]{{0,20}}?\d[\w./-]*+)
    | (?P<personnel_number>(?i:\b(?:
        (?:personnel|employee|staff|payroll)[\s-]?(?:number|no\b\.?|id\b|nr\b\.?)
      | (?:personal|mitarbeiter|pers|ma)\.?[\s-]?(?:nummer|nr\b\.?|id\b)))
        (?:\s{{1,2}}(?:is|was|ist|war|lautet))?[\s:=#.]{{0,3}}(?P<own>[A-Za-z]{{0,3}}-?\d[\d\ -]{{1,14}}(?<=\d)(?!\w)))
    | (?P<cued>(?i:\b(?:tel|telefon|telefonnummer|phone|mobile|mobil|mobilnummer|handy|handynummer|durchwahl|dw|ext
      |extension|rufnummer|reach\ me\ (?:on|at)|(?:call|ring)\ me\ (?:on|at)|erreichbar\ unter|unter\ der\ nummer))
        \b\.?(?:\s{{1,2}}(?:is|ist|number|nummer|no|nr)\b\.?)?[\s:.=#-]{{0,3}}
        (?P<called>\+?\(?\d[\d\ ()/.-]{{1,24}}(?<=\d)(?!\w)))
    | (?P<phone>
        \+\s?[1-9](?:[\ ()/.–-]{{0,3}}\d){{6,14}}(?!\w)
      | (?:\(|(?<![\w.,:/-]))(?:
          00[1-9](?:[\ ()/.–-]{{0,3}}\d){{7,13}}(?![\w])
        | 0[1-9]\d{{1,4}}\)?[\ /.–-]{{0,3}}\d{{2,8}}(?:[\ /-]{{1,3}}\d{{1,5}}){{0,4}}(?!\w)
        | 0[1-9](?:[\ .]\d\d){{4}}(?!\w)
        | (?:1[-.\ ])?[2-9]\d\d\)?[-.\ ]{{1,2}}\d{{3}}[-.]\d{{4}}(?![\w-])))
    """,
    re.VERBOSE,
)
_LEAST_DIGITS = 7
_TITLED = re.compile(
    rf"""{_PLACEHOLDER} | \b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herr|Herrn|Frau|Hr)\b\.?\s{{1,2}}(?:(?:Dr|Prof)\.?\s{{1,2}})?
      (?!(?:Dr|Prof)\b)(?P<titled>[^\W\d_]{{2,40}}+(?:[-'’][^\W\d_]{{2,40}}+)?)
    | (?i:\b(?:my\ name\ is|mein\ name\ ist|ich\ hei(?:ß|ss)e))\s{{1,2}}
      (?P<said>[^\W\d_]{{2,40}}+(?:[-'’\ ][^\W\d_]{{2,40}}+){{0,2}})""",
    re.VERBOSE,
)
_TOKEN = re.compile(rf"(?P<keep>{_PLACEHOLDER})|[^\W\d_]++")
_BETWEEN = re.compile(r"[\s.,_'’-]{1,3}")
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]\.\s?$")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Letters of other alphabets that look like ours.
_ALIKE = str.maketrans("асеорхуѕіјԁһАВЕКМНОРСТХІЈοαν", "aceopxysijdhABEKMHOPCTXIJoav")


@dataclass(frozen=True)
class Masked:
    """A text that may be kept, and of each kind how often something was taken out."""

    text: str
    redactions: Mapping[str, int]


def mask(text: str, *, names: Iterable[str] = (), language: str = "en") -> Masked:
    """Return *text* without what tells who somebody is (our rule for free text, applied on save).

    Masking a masked text changes nothing.

    Args:
        text: what somebody wrote.
        names: the names of the directory, as they are written there. A single
            part of a name counts where it has a capital letter and is no word.
        language: of the marks left behind, ``en`` or ``de``; English for others.
    """
    marks = MARKS.get(language.partition("-")[0], MARKS["en"])
    directory = _directory(tuple(names))
    counted: Counter[str] = Counter()
    for _round in range(ROUNDS):
        before = text
        for step in (_mails, _numbers, _titled, directory.found_in):
            plain = _Plain(text)
            text = plain.replaced(step(plain.text), marks, counted)
        if text == before:
            break
    return Masked(text, MappingProxyType(dict(sorted(counted.items()))))


class _Plain:
    """A text as it sounds: compatibility forms, accents and invisible characters gone, with the way back."""

    def __init__(self, text: str) -> None:
        self.written = text
        self.text = text
        self._starts: list[int] | None = None
        if not text.isascii():
            pieces = [_plain(character) for character in text]
            self.text = "".join(pieces)
            self._starts = [place for place, piece in enumerate(pieces) for _each in piece]

    def replaced(self, spans: Iterable[tuple[int, int, str]], marks: Mapping[str, str], counted: Counter[str]) -> str:
        """Put the mark of each span's kind in its place; spans come in order and do not meet."""
        parts, done = [], 0
        for start, end, kind in spans:
            first, last = (start, end) if self._starts is None else (self._starts[start], self._starts[end - 1] + 1)
            if first < done:
                continue
            while last < len(self.written) and not _plain(self.written[last]):
                last += 1
            parts += [self.written[done:first], marks[kind]]
            counted[kind] += 1
            done = last
        return "".join([*parts, self.written[done:]])


@lru_cache(maxsize=8192)
def _plain(character: str) -> str:
    """What is read of one character: nothing of an invisible one or of an accent."""
    decomposed = unicodedata.normalize("NFKD", character).translate(_ALIKE)
    return "".join(each for each in decomposed if unicodedata.category(each) not in {"Cf", "Mn", "Me"})[:LONGEST]


def _folded(text: str) -> str:
    return "".join(map(_plain, text)).casefold()


def _mails(text: str) -> Iterator[tuple[int, int, str]]:
    """Go from each at sign to both sides, to the left never past the one before."""
    floor = 0
    for at in _AT.finditer(text):
        domain = _DOMAIN.match(text, at.end())
        start = at.start()
        while domain and start > floor and _LOCAL.match(text, start - 1):
            start -= 1
        if domain and start < at.start():
            yield start, domain.end(), MAIL
            floor = domain.end()
        else:
            floor = max(floor, at.end())


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _NUMBERS.finditer(text):
        if match["own"]:
            yield *match.span("own"), NUMBER
        elif match["called"]:
            yield *match.span("called"), PHONE
        elif match["phone"] and sum(map(str.isdigit, match["phone"])) >= _LEAST_DIGITS:
            yield *match.span("phone"), PHONE


def _titled(text: str) -> Iterator[tuple[int, int, str]]:
    """Names after a title or "my name is", as far as they are written with capitals."""
    for match in _TITLED.finditer(text):
        for group in ("titled", "said"):
            start, end = match.span(group)
            words = [word.span() for word in _TOKEN.finditer(text, start, end)] if match[group] else []
            capital = 0
            while capital < len(words) and text[words[capital][0]].isupper():
                capital += 1
            if capital and not (match[0].startswith("Ms ") and match[group].casefold() in WORDS_TOO):
                yield start, words[capital - 1][1], NAME


class _Directory:
    """The names of people, by their parts."""

    def __init__(self, names: Iterable[str]) -> None:
        having: dict[str, set[int]] = {}
        for person, name in enumerate(names):
            german = unicodedata.normalize("NFC", name).casefold().translate(_GERMAN)
            for part in {*_parts(_folded(name)), *_parts(_folded(german))}:
                having.setdefault(part, set()).add(person)
        self._having = {part: frozenset(people) for part, people in having.items()}

    def found_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Names of people in *text*: several parts of one name together, or a single one that is clearly a name."""
        if not self._having:
            return
        tokens = list(_TOKEN.finditer(text))
        place = 0
        while place < len(tokens):
            run = self._run(text, tokens, place)
            first, last = tokens[place], tokens[place + max(run, 1) - 1]
            if run > 1 or (run and _tells(first[0])):
                initial = _INITIAL.search(text, max(0, first.start() - 4), first.start())
                yield (initial.start() if initial else first.start()), last.end() - self._ending(last[0]), NAME
            place += max(run, 1)

    def _run(self, text: str, tokens: list[re.Match[str]], place: int) -> int:
        """How many tokens from *place* on are parts of names, each of the same person as the one before."""
        people = self._people(tokens[place])
        length = 0
        while people:
            length += 1
            after = place + length
            if after == len(tokens) or not _BETWEEN.fullmatch(text, tokens[after - 1].end(), tokens[after].start()):
                break
            following = self._people(tokens[after])
            people = following if not people.isdisjoint(following) else frozenset()
        return length

    def _people(self, token: re.Match[str]) -> frozenset[int]:
        if token["keep"]:
            return frozenset()
        word = token[0].casefold()
        return self._having.get(word) or self._having.get(word[: -self._ending(word)] if word else "", frozenset())

    def _ending(self, word: str) -> int:
        """One where *word* is a name in the German genitive, whose s stays: "Brandts Rechner"."""
        folded = word.casefold()
        return int(folded.endswith("s") and folded not in self._having)


def _parts(folded: str) -> list[str]:
    return [match[0] for match in _TOKEN.finditer(folded) if len(match[0]) > 1]


def _tells(word: str) -> bool:
    """Whether a part of a name is clearly one where it stands alone."""
    short = len(word) == 2 and word.isupper()
    folded = word.casefold()
    return word[0].isupper() and not short and folded not in WORDS_TOO and folded.removesuffix("s") not in WORDS_TOO


@lru_cache(maxsize=2)
def _directory(names: tuple[str, ...]) -> _Directory:
    """Read the directory once, and not for each text."""
    return _Directory(names)
