"""Answers of an anonymous round: nobody can tell who answered what, whoever reads the database and whenever.

What somebody answers is sealed at once, with a key that is no part of the
database, in a box as long as every other. Once ten boxes of a unit wait, five
of them, chosen by chance, are opened together, and the others get new boxes.
So whoever compares two copies of the database learns that some five of ten
people gave some answers, and not who gave which. The rest is opened when the
round closes, by five or more; what cannot be opened by five is dropped.

The marks of used tokens, the boxes and the answers have ids that are chance,
stand in the order of these, and are written again each time that boxes are
opened. Words have no tie to the other answers of the same person either.
"""

from __future__ import annotations

import json
import os
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from plugins.feedback import tokens
from plugins.feedback.models import Verbatim
from plugins.feedback.round_models import Invited, NamelessAnswer, Round, Sealed, UsedToken
from plugins.feedback.tokens import new_token
from portal.core.db import Database
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

FULL: Final = 10
"""So many boxes of a unit wait before some of them are opened."""
OPENED: Final = 5
"""So many are opened at once, at least."""
BOX_BYTES: Final = 65_536
"""Every box has this length, whatever is in it: the longest answers to as many questions as are ever shown fit."""
KEY_BYTES, NONCE_BYTES = 32, 12

_chance = random.SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One answer that was chosen, with the range that it stands for."""

    question_id: str
    version: int
    value: str
    low: int | None = None
    mid: int | None = None
    high: int | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """One answer in somebody's own words, masked."""

    question_id: str
    version: int
    language: str
    text: str
    redactions: Mapping[str, Any]
    suggested: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one person answered, and the unit that it may carry."""

    unit_id: str | None
    chosen: Sequence[Chosen]
    written: Sequence[Written]


class Keys:
    """The keys of the boxes, one file for each round in a folder of the instance, readable by its owner alone.

    The first key of a file makes new boxes; the others, if any, are those of
    boxes that a transaction under way is about to replace.
    """

    def __init__(self, folder: Path) -> None:
        """Keep files in *folder*."""
        self._folder = folder

    def read(self, round_id: int) -> list[bytes]:
        """The keys of a round, the newest first; none where there is no file."""
        try:
            raw = self._path(round_id).read_bytes()
        except FileNotFoundError:
            return []
        return [raw[start : start + KEY_BYTES] for start in range(0, len(raw) - KEY_BYTES + 1, KEY_BYTES)]

    def newest(self, round_id: int) -> bytes:
        """The key for a new box; made when it is wanted first."""
        keys = self.read(round_id)
        return keys[0] if keys else self.add(round_id)

    def add(self, round_id: int) -> bytes:
        """Put a fresh key before the others, for as long as it is not sure that what it seals is kept."""
        fresh = secrets.token_bytes(KEY_BYTES)
        self._write(round_id, [fresh, *self.read(round_id)])
        return fresh

    def keep(self, round_id: int, keys: Sequence[bytes]) -> None:
        """Drop all keys but these."""
        if keys != self.read(round_id):
            self._write(round_id, keys)

    def forget(self, round_id: int) -> None:
        """Drop every key of a round that is over."""
        self._path(round_id).unlink(missing_ok=True)

    def rounds(self) -> list[int]:
        """The rounds that have keys."""
        return sorted(int(path.stem) for path in self._folder.glob("*.key") if path.stem.isdecimal())

    def want_sweep(self) -> None:
        """Note that boxes were opened, and that the pages of the database are to be written anew."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep.touch(mode=0o600)

    def wants_sweep(self) -> bool:
        """Whether that is so."""
        return self._sweep.exists()

    def swept(self) -> None:
        """Note that it is done; called before it begins, so that nothing is missed that comes meanwhile."""
        self._sweep.unlink(missing_ok=True)

    @property
    def _sweep(self) -> Path:
        return self._folder / "sweep"

    def _write(self, round_id: int, keys: Sequence[bytes]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._folder / f"{round_id}.{secrets.token_hex(8)}"
        with open(fresh, "xb", opener=_open_private) as file:
            file.write(b"".join(keys))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path(round_id))

    def _path(self, round_id: int) -> Path:
        return self._folder / f"{round_id}.key"


def unit_of(session: Session, asked: Round, token: str) -> str | None:
    """The unit that answers with *token* may carry; every invited person is compared, whoever it is.

    Raises:
        Refused: the token is not one of this round, or the round is over.
    """
    found: list[str | None] = []
    rows = session.execute(sa.select(Invited.person_id, Invited.unit_id).where(Invited.round_id == asked.id))
    for person_id, unit_id in rows:
        if tokens.same(tokens.token_of(asked.secret, person_id), token):
            found.append(unit_id)
    if not found:
        raise Refused(
            _("This address does not belong to an open round of questions."),
            hint=_("It may have lost a part. Open the address of the mail once more. Nothing was saved."),
        )
    return found[0]


def keep(session: Session, asked: Round, token: str, given: Given, keys: Keys) -> bool:
    """Keep what somebody answered, once; say whether boxes were opened, so that the edge cleans up behind it.

    Raises:
        Refused: the token was used before, or is not one of this round.
    """
    secure(session)
    _use(session, asked, token)
    _put(session, asked.id, given, keys.newest(asked.id))
    session.flush()
    if len(_boxes(session, asked.id)) < FULL:
        return False
    waiting = _unsealed(session, asked.id, keys)
    full = [unit for unit, inside in _by_unit(waiting).items() if len(inside) >= FULL]
    if not full:
        return False
    out: list[Given] = []
    for unit in full:
        inside = _by_unit(waiting)[unit]
        _chance.shuffle(inside)
        out += inside[:OPENED]
    left = [each for each in waiting if not any(each is gone for gone in out)]
    _replace_boxes(session, asked.id, left, keys.add(asked.id))
    _write_answers(session, asked.id, out)
    _rewrite_marks(session, asked.id)
    session.flush()
    return True


def open_rest(session: Session, asked: Round, keys: Keys) -> None:
    """Open what is still sealed at the end of a round.

    Units of which fewer than five boxes are left are opened together, without
    their unit, and with that of another one if they are still too few. If there
    are not five in all, they are dropped.
    """
    secure(session)
    groups = _by_unit(_unsealed(session, asked.id, keys))
    small = [each for unit, inside in groups.items() if unit is None or len(inside) < OPENED for each in inside]
    others = sorted((inside for unit, inside in groups.items() if unit is not None and len(inside) >= OPENED), key=len)
    while 0 < len(small) < OPENED and others:
        small += others.pop(0)
    together = [Given(unit_id=None, chosen=each.chosen, written=each.written) for each in small]
    out = [each for inside in others for each in inside]
    session.execute(sa.delete(Sealed).where(Sealed.round_id == asked.id))
    _write_answers(session, asked.id, out + (together if len(together) >= OPENED else []))
    session.flush()


def secure(session: Session) -> None:
    """Let SQLite write zeros over what is removed."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete=ON")


def tidy(session: Session, round_id: int, keys: Keys) -> None:
    """Drop the keys that open no box any more; call it while nobody else answers in this round, as after a lock."""
    known = keys.read(round_id)
    rows = session.execute(sa.select(Sealed.id, Sealed.box).where(Sealed.round_id == round_id)).all()
    needed = [key for key in known[1:] if any(unseal(box, [key], box_id) for box_id, box in rows)]
    keys.keep(round_id, [*known[:1], *needed])


def sweep(db: Database) -> None:
    """Write the pages of the database anew, so that no free page and no log keeps what was removed.

    Called outside of any transaction; it takes about as long as a copy of the database.
    """
    if not db.is_sqlite:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (Sealed, UsedToken, NamelessAnswer):
                connection.exec_driver_sql(f"VACUUM FULL {table.__tablename__}")
        return
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        cursor.close()
    finally:
        raw.close()


def _use(session: Session, asked: Round, token: str) -> None:
    mark = tokens.mark_of(asked.secret, token)
    if session.get(UsedToken, mark) is not None:
        raise Refused(
            _("These questions were answered with this address before."),
            hint=_("Nothing was changed. Because nobody knows which answers are yours, they cannot be changed either."),
        )
    session.add(UsedToken(mark=mark, round_id=asked.id))


def _put(session: Session, round_id: int, given: Given, key: bytes) -> None:
    box_id = new_token()
    session.add(Sealed(id=box_id, round_id=round_id, box=seal(given, key, box_id)))


def seal(given: Given, key: bytes, box_id: str) -> bytes:
    """Put answers into a box; all boxes are equally long."""
    plain = json.dumps(asdict(given), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(plain) > BOX_BYTES:
        raise Refused(_("This is too much for one form."), hint=_("Please say it shorter."))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain.ljust(BOX_BYTES), box_id.encode())


def unseal(box: bytes, keys: Iterable[bytes], box_id: str) -> Given | None:
    """What is in a box; ``None`` where none of the *keys* opens it."""
    for key in keys:
        try:
            plain = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], box_id.encode())
        except InvalidTag:
            continue
        inside = json.loads(plain)
        return Given(
            unit_id=inside["unit_id"],
            chosen=[Chosen(**each) for each in inside["chosen"]],
            written=[Written(**each) for each in inside["written"]],
        )
    return None


def _boxes(session: Session, round_id: int) -> Sequence[str]:
    return session.scalars(sa.select(Sealed.id).where(Sealed.round_id == round_id)).all()


def _unsealed(session: Session, round_id: int, keys: Keys) -> list[Given]:
    """What is in the boxes of a round. One whose key was lost with a restored backup stays closed for ever."""
    known = keys.read(round_id)
    rows = session.execute(sa.select(Sealed.id, Sealed.box).where(Sealed.round_id == round_id)).all()
    found = [unseal(box, known, box_id) for box_id, box in rows]
    return [each for each in found if each is not None]


def _by_unit(given: Iterable[Given]) -> dict[str | None, list[Given]]:
    found: dict[str | None, list[Given]] = {}
    for each in given:
        found.setdefault(each.unit_id, []).append(each)
    return found


def _replace_boxes(session: Session, round_id: int, left: Sequence[Given], key: bytes) -> None:
    """Give every answer that stays sealed a new box, so that nobody sees which ones were opened."""
    session.execute(sa.delete(Sealed).where(Sealed.round_id == round_id))
    session.expire_all()
    for each in _shuffled(left):
        _put(session, round_id, each, key)


def _write_answers(session: Session, round_id: int, out: Sequence[Given]) -> None:
    """Add what was opened to the answers of the round, and write all of them again, in an order that is chance."""
    table = NamelessAnswer.__table__
    columns = [column for column in table.columns if column.name != "id"]
    before = session.execute(sa.select(*columns).where(NamelessAnswer.round_id == round_id)).mappings()
    rows = [dict(row) for row in before]
    for given in out:
        rows += [{"round_id": round_id, "unit_id": given.unit_id, **asdict(each)} for each in given.chosen]
    session.execute(sa.delete(NamelessAnswer).where(NamelessAnswer.round_id == round_id))
    if rows:
        session.execute(sa.insert(NamelessAnswer), [{"id": new_token(), **row} for row in _shuffled(rows)])
    words = [(given.unit_id, each) for given in out for each in given.written]
    for unit_id, each in _shuffled(words):
        session.add(_verbatim(round_id, unit_id, each))


def _verbatim(round_id: int, unit_id: str | None, written: Written) -> Verbatim:
    return Verbatim(
        id=new_token(),
        question_id=written.question_id,
        version=written.version,
        round_id=round_id,
        unit_id=unit_id,
        language=written.language,
        text=written.text,
        redactions=dict(written.redactions),
        suggested=list(written.suggested),
        tags=[],
    )


def _rewrite_marks(session: Session, round_id: int) -> None:
    session.flush()
    marks = list(session.scalars(sa.select(UsedToken.mark).where(UsedToken.round_id == round_id)))
    session.execute(sa.delete(UsedToken).where(UsedToken.round_id == round_id))
    session.expire_all()
    session.execute(sa.insert(UsedToken), [{"mark": mark, "round_id": round_id} for mark in _shuffled(marks)])


def _shuffled(rows: Iterable[Any]) -> Iterator[Any]:
    mixed = list(rows)
    _chance.shuffle(mixed)
    return iter(mixed)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
