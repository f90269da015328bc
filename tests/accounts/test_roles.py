"""The whole role × permission table, so that no change of rights goes unseen."""

from portal.accounts.roles import DERIVED_ROLES, MATRIX, ROLE_LEVEL, ROLE_TITLE, ROLES

#                       end su fl on sp pr co le cd cm ad
TABLE = """
portal.admin             .  .  .  .  .  .  .  .  .  .  x
organisation.edit        .  .  .  .  .  .  .  .  .  .  x
people.edit              .  .  .  .  .  .  .  .  .  .  x
people.name_services     .  .  .  .  .  .  x  .  .  .  .
people.see_proficiency   .  .  .  .  .  .  x  .  .  .  x
people.grant_proficiency .  .  .  .  .  .  x  .  .  .  .
roster.read              .  .  x  x  x  x  x  x  .  x  x
roster.keep              .  .  .  .  .  .  .  .  .  .  x
articles.suggest         x  x  x  x  x  x  x  x  x  x  x
articles.write           .  x  x  x  x  x  x  x  .  .  .
articles.publish         .  .  .  .  .  .  x  x  .  .  .
articles.see_withheld    .  .  .  .  .  .  x  .  .  .  .
search.reject_gaps       .  .  .  .  .  .  x  .  .  .  .
search.keep_words        .  .  .  .  .  .  x  .  .  .  .
search.explain           .  x  x  x  x  x  x  x  .  .  x
search.see_figures       .  .  .  .  .  .  x  .  .  .  x
desk.use                 .  .  x  x  x  x  x  x  .  x  .
"""


def printed(matrix) -> str:
    """The matrix as the table above writes it."""
    rows = (f"{each.name:24}" + "".join(f" {'x' if role in each.roles else '.'} " for role in ROLES) for each in matrix)
    return "\n" + "\n".join(row.rstrip() for row in rows) + "\n"


def test_each_role_has_exactly_the_permissions_of_the_table():
    assert printed(MATRIX) == TABLE


def test_the_columns_of_the_table_are_the_roles_in_their_order():
    assert ROLES == (
        "end_user",
        "superuser",
        "front_line",
        "onsite",
        "specialist",
        "project",
        "coach",
        "lead",
        "coordinator",
        "change_manager",
        "admin",
    )


def test_each_role_reads_up_to_its_level():
    assert ROLE_LEVEL == {
        "end_user": 0,
        "superuser": 0,
        "front_line": 1,
        "onsite": 1,
        "specialist": 2,
        "project": 2,
        "coach": 2,
        "lead": 2,
        "coordinator": 0,
        "change_manager": 1,
        "admin": 0,
    }


def test_a_permission_names_roles_that_exist():
    assert {role for each in MATRIX for role in each.roles} <= set(ROLES)


def test_every_role_has_a_name_for_people():
    assert {role: bool(str(title)) for role, title in ROLE_TITLE.items()} == dict.fromkeys(
        (*ROLES, *DERIVED_ROLES), True
    )


def test_the_portal_knows_the_permissions_of_the_matrix(house):
    core = {name: rule for name, rule in house.permissions.items() if rule in MATRIX}

    assert core == {rule.name: rule for rule in MATRIX}
