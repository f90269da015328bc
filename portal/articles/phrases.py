"""What somebody said, as phrases that the next one would type: their own words in their own order, without filler.

English and German alike, since nobody says in which language a request is.
A phrase ends where a clause ends. What only greets, asks, or says when or how
much is left out; a "not" never is. Addresses and names of mailboxes are no
words for a search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from portal.articles.frontmatter_rules import MAX_TITLE
from portal.search.analysis import clean, is_stop_word, surface_pattern

MAX_PHRASES = 8
LOOKED_AT = 2_000
"""Characters of what was said: its first words are the telling ones."""
LONGEST = 7
"""Words of a phrase, articles and the like not counted; a longer one is cut before a word that joins."""

_CLAUSE: Final = re.compile(r"[^\w\s'’.@/+&-]+|[.](?=\s|$)|\n|\s-+\s|(?i:\b(?:every|each|jedes) (?:time|mal)\b)")
_ADDRESS: Final = re.compile(r"\S*(?:@|://)\S*")
_INTRODUCTION: Final = re.compile(
    r"\b(?:(?:hi|hello|hey|hallo|good (?:morning|afternoon|evening))[\s,!.]+(?:this is|it['’]?s|hier ist)"
    r"|my name is|mein name ist|hier spricht)\b[^,.;:!?\n]*",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BREAKS: Final = _words("""
although because but if once since so that then until when whenever where which while who whose
aber bevor bis dann dass damit denn falls nachdem obwohl seit seitdem sobald sodass sondern weil wenn während
""")
"""Here a clause begins."""
_JOINTS: Final = _words("""
after and as at before by during for from in into on onto or over to under via with without
als am an auf aus bei beim durch für im in mit nach oder ohne statt trotz und vom von vor zu zum zur über
""")
"""Before one of these a phrase may be cut."""
_ANDS: Final = _words("and or und oder")
"""Between two things that were said, each of several words, a phrase is cut at these."""
_DROPPED: Final = _words("""
actually again already also always any anymore currently constantly dear even every hello hey hi just maybe now only
please probably quite really somehow sometimes sorry still suddenly thank thanks today tomorrow tonight totally
twice unfortunately usually very yesterday morning afternoon evening monday tuesday wednesday thursday friday week
andauernd auch bitte bloß danke dauernd doch eben eigentlich einfach ganz gerade gestern grüße guten hallo halt heute
immer irgendwie jetzt leider liebe mal manchmal mittlerweile momentan nachmittag noch nur plötzlich schon sehr
ständig total vielleicht vormittag vorhin wieder wirklich woche ziemlich zweimal
montag dienstag mittwoch donnerstag freitag
""")
"""Greetings, and what only says when, how often or how much; left out wherever they stand."""
_NOT_FIRST: Final = _words("""
a am an are be been being can could did do does every everything get gets had has have having he help her here his how
i i'd i'll i'm i've is it it's its let like may me might mine must my need needs of our own she should somebody someone
something that's the their them there there's these they they're this those too tried try trying us was we we'd we're
we've were what why will with want wants would you your in on at as to from for by and or think guess
alle alles als am auf bei beim brauche brauchen da das dem den der des die diese diesem diesen dieser dieses ein eine
einem einen einer eines er es gibt guten habe haben hab hat hier hilfe hätte ich ihr ihre im in ist jemand kann können
könnte man mein meine meinem meinen meiner mich mir mit morgen morgens muss möchte möchten oder sein seine sich sie
sind soll sollte um und uns unser unsere war waren warum was welche wer werden wie will wir wird wo wollte wurde würde
zu zum
""")
_NOT_LAST: Final = _words("""
a and are as at be because been by can could did do does for from had has have he i is it me might must my of or our
should the their them these they this those to us was we were will with would you your
das dem den der des die dir du er es habe haben hat ich ihm ihn ihr ihre ist kann kannst können man mein meine meinem
meinen mich mir muss oder sie sind soll und uns von was wir wird wurde zum zur
""")
_UNCOUNTED: Final = _words("""
a an her his my our the their this your
das dein deine dem den der des die ein eine einem einen einer eines ihr ihre mein meine meinem meinen meiner sein seine
unser unsere
""")
_NEGATIONS: Final = _words("no not never cannot nothing kein keine keinen keiner nicht nichts nie niemand")


def phrases_of(said: str) -> tuple[str, ...]:
    """Return what others would type who want the same as whoever *said* it, eight phrases at most.

    One word alone stands there only where nothing longer was said.
    """
    plain = _ADDRESS.sub("\n", _INTRODUCTION.sub("\n", clean(said[:LOOKED_AT])))
    parts = [part for clause in _CLAUSE.split(plain) for part in _clauses(clause)]
    found = list(dict.fromkeys(phrase for part in parts for phrase in _short(_trimmed(part))))
    longer = [phrase for phrase in found if len(phrase) > 1]
    alone = [phrase for phrase in found if len(phrase[0]) > 2]
    return tuple(" ".join(phrase) for phrase in (longer or alone)[:MAX_PHRASES])


def _clauses(text: str) -> Iterator[list[str]]:
    """Cut the words of *text* where a clause begins, without filler."""
    words = surface_pattern(text).findall(text.lower().replace("’", "'"))
    clause: list[str] = []
    for word in words:
        if word in _BREAKS:
            yield clause
            clause = []
        elif word not in _DROPPED:
            clause.append(word[:MAX_TITLE])
    yield clause


def _trimmed(words: Sequence[str]) -> tuple[str, ...]:
    """*words* without what a phrase neither begins nor ends with."""
    first, end = 0, len(words)
    while first < end and words[first] in _NOT_FIRST and words[first + 1 : first + 2] != ["not"]:
        first += 1
    while end > first and words[end - 1] in _NOT_LAST:
        end -= 1
    return tuple(words[first:end])


def _short(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """*words* in phrases that are short enough, each with a word that tells something."""
    two = next((at for at, word in enumerate(words) if word in _ANDS and 1 < at < len(words) - 2), None)
    counted = sum(word not in _UNCOUNTED for word in words)
    if len(words) > 1 and (counted > LONGEST or len(" ".join(words)) > MAX_TITLE):
        two = _joint(words) if two is None else two
    if two is not None:
        yield from _short(_trimmed(words[:two]))
        yield from _short(_trimmed(words[two:]))
    elif any(not is_stop_word(word) and word not in _NEGATIONS for word in words):
        yield tuple(words)


def _joint(words: Sequence[str]) -> int:
    """Where a long phrase is cut: before the word that joins and is nearest the middle; else as late as it may be."""
    places = [at for at, word in enumerate(words) if at > 1 and word in _JOINTS and at < len(words) - 1]
    return min(places, key=lambda at: (abs(2 * at - len(words)), at), default=min(LONGEST, len(words) - 1))
