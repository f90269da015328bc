"""What was done about answers in the town: words that were read, a call that was made, an improvement on its way."""

from __future__ import annotations

import sqlalchemy as sa

from plugins.feedback import callbacks, improvements
from plugins.feedback.improvements import Source, Texts
from portal.accounts.models import Person
from portal.accounts.rights import Rights, rights_of
from portal.articles.models import Article
from portal.testing import NOON
from tests.house.markers import Marks, Town
from tests.plugins.feedback.said import invited, wrote


def follow_up(town: Town) -> None:
    """Somebody outside wrote two things in confidence: a specialist calls them, the front line improves something."""
    mark = Marks(town, "follow-up")
    writer = town.people["outside"]
    words = mark("words", frozenset({"coach", "outside", "specialist"}), shown=frozenset({"coach", "specialist"}))
    secret = mark("words about an article for few", frozenset({"outside"}), shown=False)
    outcome = mark("what came of the call", frozenset({"specialist"}))
    said, done = (mark(each, frozenset({"front_line", "coach", "admin"})) for each in ("said", "effect"))
    with town.house.db.transaction() as session:

        def rights(viewer: str) -> Rights:
            return rights_of(session, session.get_one(Person, town.people[viewer].id))

        about = {
            ref: session.scalars(sa.select(Article).where(Article.ref == ref)).one() for ref in ("KB0101", "KB0104")
        }
        text = wrote(session, invited(session, writer, article=about["KB0101"]), f"The {words} does not print.")
        wrote(session, invited(session, writer, article=about["KB0104"]), f"The {secret} neither.")
        call = callbacks.open_for_words(session, text.id, rights("coach"), now=NOON)
        callbacks.assign(session, call.id, town.people["specialist"].id, rights("coach"), wishes=False)
        callbacks.close(session, call.id, "partly", f"They want {outcome}.", rights("specialist"), now=NOON)
        texts = Texts(title="Paper", said=f"They said {said}.", effect=f"Then {done}.")
        made = improvements.propose(session, texts, rights("front_line"), now=NOON)
        improvements.add_source(session, made, Source(verbatim_id=text.id), rights("coach"))
        town.tokens.append(call.token)
