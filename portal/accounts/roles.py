"""Who may do what: the roles, what each may read, and the matrix of permissions. One place for all of it.

A person holds any number of roles; everybody who is signed in is an end user
besides. Permissions of plugins come through their hook and are added where
rights are computed. Three names are *derived* and nobody is given them: a lead
is ``front_line_lead`` or ``it_manager`` by the party that they lead, and
``head_of_service`` by the service that names them.
"""

from __future__ import annotations

from collections.abc import Container

from portal.core.hooks import Permission
from portal.core.i18n import lazy_gettext as _l

END_USER = "end_user"
SUPERUSER = "superuser"
COACH = "coach"
LEAD = "lead"
ADMIN = "admin"

ROLES: tuple[str, ...] = (
    END_USER,
    SUPERUSER,
    "front_line",
    "onsite",
    "specialist",
    "project",
    COACH,
    LEAD,
    "coordinator",
    "change_manager",
    ADMIN,
)
DERIVED_ROLES: tuple[str, ...] = ("front_line_lead", "it_manager", "head_of_service")

# In words, for pages.
ROLE_TITLE = {
    END_USER: _l("Colleague"),
    SUPERUSER: _l("Superuser"),
    "front_line": _l("Front line"),
    "onsite": _l("Onsite support"),
    "specialist": _l("Specialist"),
    "project": _l("Project or developer"),
    COACH: _l("Coach"),
    LEAD: _l("Lead"),
    "coordinator": _l("Coordinator"),
    "change_manager": _l("Change manager"),
    ADMIN: _l("Administrator"),
    "front_line_lead": _l("Lead of the front line"),
    "it_manager": _l("Lead of a support team"),
    "head_of_service": _l("Head of service"),
}

NOTHING, EVERYONE, SUPPORT, SPECIALISTS = -1, 0, 1, 2

# The level of parts and articles that a role reads: 0 everyone, 1 support, 2 specialists.
# A superuser reads support of the services that a coach named for them, and nothing more by default.
ROLE_LEVEL: dict[str, int] = {
    END_USER: EVERYONE,
    SUPERUSER: EVERYONE,
    "front_line": SUPPORT,
    "onsite": SUPPORT,
    "specialist": SPECIALISTS,
    "project": SPECIALISTS,
    COACH: SPECIALISTS,
    LEAD: SPECIALISTS,
    "coordinator": EVERYONE,
    "change_manager": SUPPORT,
    ADMIN: EVERYONE,
}

# How far somebody may go alone when writing, in words; the role coach is the proficiency.
PROFICIENCY_TITLE = {
    "candidate": _l("Candidate"),
    "contributor": _l("Contributor"),
    "publisher": _l("Publisher"),
    COACH: ROLE_TITLE[COACH],
}
PROFICIENCY_MEANS = {
    "candidate": _l("writes drafts, which another person publishes"),
    "contributor": _l("publishes for support"),
    "publisher": _l("publishes for everyone"),
    COACH: _l("publishes for everyone, and grants this to others"),
}

_SUPPORT_PEOPLE = frozenset({"front_line", "onsite", "specialist", "project", COACH, LEAD})

MATRIX: tuple[Permission, ...] = (
    Permission("portal.admin", _l("Look after the portal: plugins, jobs, events"), frozenset({ADMIN})),
    Permission("organisation.edit", _l("Edit units, sites, services and support teams"), frozenset({ADMIN})),
    Permission("people.edit", _l("Add people, give roles, name who looks after what"), frozenset({ADMIN})),
    Permission("people.name_services", _l("Name the services of a superuser"), frozenset({COACH})),
    Permission("people.see_proficiency", _l("See who writes, and how far they go alone"), frozenset({COACH, ADMIN})),
    Permission("people.grant_proficiency", _l("Grant how far somebody goes alone when writing"), frozenset({COACH})),
    Permission(
        "roster.read",
        _l("See who of a support team is on shift"),
        _SUPPORT_PEOPLE | {"change_manager", ADMIN},
    ),
    Permission("roster.keep", _l("Change who of any support team is on shift"), frozenset({ADMIN})),
    Permission("articles.suggest", _l("Suggest an article or a change to one"), frozenset(ROLES)),
    Permission("articles.write", _l("Write articles"), _SUPPORT_PEOPLE | {SUPERUSER}),
    Permission("articles.publish", _l("Publish whatever the proficiency"), frozenset({COACH, LEAD})),
    Permission("articles.see_withheld", _l("See what is kept from the front line, and why"), frozenset({COACH})),
    Permission("search.reject_gaps", _l("Say that nothing has to be written about a search"), frozenset({COACH})),
    Permission("search.keep_words", _l("Keep synonyms, the words that people use for other words"), frozenset({COACH})),
    Permission("search.explain", _l("See why results stand where they do"), _SUPPORT_PEOPLE | {SUPERUSER, ADMIN}),
    Permission("search.see_figures", _l("See how searches went"), frozenset({COACH, ADMIN})),
    Permission("desk.use", _l("Use the desk page"), _SUPPORT_PEOPLE | {"change_manager"}),
)


def starting_proficiency(roles: Container[str]) -> str:
    """Where somebody with these roles, who may write, stands while nothing was granted."""
    if COACH in roles:
        return COACH
    return "publisher" if LEAD in roles else "candidate"
