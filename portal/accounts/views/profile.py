"""The page of a person, for everybody who is signed in."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.accounts import queries
from portal.accounts.rights import rights_of
from portal.accounts.roles import DERIVED_ROLES, END_USER, LEAD, ROLE_TITLE, ROLES
from portal.accounts.views.blueprint import bp
from portal.accounts.views.looking_after import duty_in_words
from portal.core.web import check, reading, viewer


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """Who somebody is, where they belong, and what they look after."""
    check("")
    db = reading()
    row = queries.row_of(db, person_id)
    readers = rights_of(db, row.person).readers
    derived = [role for role in DERIVED_ROLES if f"role:{role}" in readers]
    plain = {END_USER} | ({LEAD} if derived else set())  # said by another one already
    roles = [role for role in ROLES if f"role:{role}" in readers and role not in plain] + derived
    return render_template(
        "accounts/person.html",
        row=row,
        roles=[ROLE_TITLE[role] for role in roles or [END_USER]],
        in_words=duty_in_words,
        duties=queries.duties_of(db, person_id),
        named=queries.named_services(db, [person_id])[person_id],
        owner_roles=queries.owner_roles_of(db, person_id),
        is_own=viewer().person_id == person_id,
    )
