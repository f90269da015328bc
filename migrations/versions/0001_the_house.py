"""The tables of the first house: organisation, people, articles, search, events and jobs.

The first migration: there is no older code that could meet it.
"""

import sqlalchemy as sa
from alembic import op

from portal.core.db import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("payload", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index("ix_event_name", "event", ["name"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("desk_hours", sa.String(length=200), nullable=False),
        sa.Column("desk_phone", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "plugin_switch",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_plugin_switch")),
    )
    op.create_table(
        "portal_state",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_portal_state")),
    )
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("ran_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
    )
    op.create_table(
        "search_index",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=80), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("built_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_index_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_index")),
    )
    op.create_table(
        "search_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_log")),
    )
    op.create_index("ix_search_log_at", "search_log", ["at"], unique=False)

    op.create_table(
        "site",
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("holidays", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("listener", sa.String(length=120), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("run_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_job_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_due", "job", ["parked_at", "run_at", "id"], unique=False)
    op.create_index("ix_job_event_id", "job", ["event_id"], unique=False)
    op.create_index("ix_job_listener", "job", ["listener"], unique=False)

    op.create_table(
        "party",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("site_id", sa.String(length=60), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("owner_roles", Json(), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_party_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    op.create_index("ix_party_site_id", "party", ["site_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("parent_id", sa.String(length=60), nullable=True),
        sa.Column("site_id", sa.String(length=60), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_unit_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], unique=False)
    op.create_index("ix_unit_site_id", "unit", ["site_id"], unique=False)

    op.create_table(
        "party_tool",
        sa.Column("party_id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_party_tool_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("party_id", "kind", "key", name=op.f("pk_party_tool")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=True),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("unit_id", sa.String(length=60), nullable=True),
        sa.Column("party_id", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_person_party_id_party")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_person_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_index("ix_person_name", "person", ["name"], unique=False)
    op.create_index("ix_person_party_id", "person", ["party_id"], unique=False)
    op.create_index("ix_person_unit_id", "person", ["unit_id"], unique=False)

    op.create_table(
        "service",
        sa.Column("icon", sa.String(length=40), nullable=False),
        sa.Column("party_id", sa.String(length=60), nullable=False),
        sa.Column("is_critical", sa.Boolean(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_service_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_index("ix_service_party_id", "service", ["party_id"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("live_revision_id", sa.Integer(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.String(length=20), nullable=False),
        sa.Column("governance", sa.String(length=20), nullable=False),
        sa.Column("owner_role", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("review_every_days", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("time_needed_minutes", sa.Integer(), nullable=True),
        sa.Column("source_path", sa.String(length=500), nullable=True),
        sa.Column("source_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("withheld_reason", sa.Text(), nullable=False),
        sa.Column("withheld_by", sa.Integer(), nullable=True),
        sa.Column("withheld_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_article_service_id_service")),
        sa.ForeignKeyConstraint(["successor_id"], ["article.id"], name=op.f("fk_article_successor_id_article")),
        sa.ForeignKeyConstraint(["withheld_by"], ["person.id"], name=op.f("fk_article_withheld_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("ref", name=op.f("uq_article_ref")),
    )
    op.create_index("ix_article_live_revision_id", "article", ["live_revision_id"], unique=False)
    op.create_index("ix_article_owner_role", "article", ["owner_role"], unique=False)
    op.create_index("ix_article_place", "article", ["service_id", "state", "kind", "title"], unique=False)
    op.create_index("ix_article_published_at", "article", ["published_at"], unique=False)
    op.create_index("ix_article_state_ref", "article", ["state", "ref"], unique=False)
    op.create_index("ix_article_successor_id", "article", ["successor_id"], unique=False)
    op.create_index("ix_article_withheld_by", "article", ["withheld_by"], unique=False)

    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=60), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=True),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["named_by"], ["person.id"], name=op.f("fk_duty_named_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("kind", "ref", "person_id", name=op.f("uq_duty_kind_ref_person_id")),
    )
    op.create_index("ix_duty_person_id", "duty", ["person_id"], unique=False)

    op.create_table(
        "named_service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=True),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["named_by"], ["person.id"], name=op.f("fk_named_service_named_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_named_service_person_id_person")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_named_service_service_id_service")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_named_service_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_service")),
    )
    op.create_index("ix_named_service_service_id", "named_service", ["service_id"], unique=False)
    op.create_index(
        "uq_named_service_live",
        "named_service",
        ["person_id", "service_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )

    op.create_table(
        "owner_role_holder",
        sa.Column("owner_role", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=True),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["named_by"], ["person.id"], name=op.f("fk_owner_role_holder_named_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_owner_role_holder_person_id_person")),
        sa.PrimaryKeyConstraint("owner_role", name=op.f("pk_owner_role_holder")),
    )
    op.create_index("ix_owner_role_holder_person_id", "owner_role_holder", ["person_id"], unique=False)

    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_person_role_granted_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_index("ix_person_role_role", "person_role", ["role"], unique=False)

    op.create_table(
        "proficiency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_proficiency_granted_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_proficiency_person_id_person")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_proficiency_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proficiency")),
    )
    op.create_index("ix_proficiency_person_id", "proficiency", ["person_id"], unique=False)

    op.create_table(
        "service_unit",
        sa.Column("service_id", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_unit_service_id_service"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_service_unit_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "unit_id", name=op.f("pk_service_unit")),
    )
    op.create_index("ix_service_unit_unit_id", "service_unit", ["unit_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("agent", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index("ix_sign_in_expires_at", "sign_in", ["expires_at"], unique=False)
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"], unique=False)

    op.create_table(
        "article_find",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_find_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_article_find")),
    )
    op.create_table(
        "article_link",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("to_ref", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_link_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "to_ref", name=op.f("pk_article_link")),
    )
    op.create_index("ix_article_link_to_ref", "article_link", ["to_ref", "article_id"], unique=False)

    op.create_table(
        "article_reader",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_reader_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "reader", name=op.f("pk_article_reader")),
    )
    op.create_table(
        "article_tag",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_tag_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "tag", name=op.f("pk_article_tag")),
    )
    op.create_index("ix_article_tag_tag", "article_tag", ["tag", "article_id"], unique=False)

    op.create_table(
        "article_view",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_view_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("day", "article_id", name=op.f("pk_article_view")),
    )
    op.create_index("ix_article_view_article_id", "article_view", ["article_id", "day"], unique=False)

    op.create_table(
        "article_word",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("phrase", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_word_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "position", name=op.f("pk_article_word")),
    )
    op.create_table(
        "old_slug",
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_old_slug_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_old_slug")),
    )
    op.create_index("ix_old_slug_article_id", "old_slug", ["article_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("front", Json(), nullable=False),
        sa.Column("front_text", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("base_revision_id", sa.Integer(), nullable=True),
        sa.Column("significance", sa.String(length=16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_revision_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_revision_author_id_person")),
        sa.ForeignKeyConstraint(
            ["base_revision_id"], ["revision.id"], name=op.f("fk_revision_base_revision_id_revision")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_revision_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_revision_article_id_number")),
    )
    op.create_index("ix_revision_author_id", "revision", ["author_id"], unique=False)
    op.create_index("ix_revision_base_revision_id", "revision", ["base_revision_id"], unique=False)
    op.create_index("ix_revision_decided_by", "revision", ["decided_by"], unique=False)
    op.create_index("ix_revision_queue", "revision", ["state", "submitted_at"], unique=False)
    op.create_index(
        "uq_revision_draft",
        "revision",
        ["article_id", "author_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_revision_live",
        "revision",
        ["article_id"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )

    op.create_table(
        "rendering",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("toc", Json(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hidden_parts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_rendering_revision_id_revision"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("revision_id", "level", name=op.f("pk_rendering")),
    )
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("visitor", sa.String(length=64), nullable=True),
        sa.Column("asked", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=8), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (visitor IS NULL)", name=op.f("ck_verdict_whose")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_verdict_article_id_article"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_verdict_person_id_person")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_verdict_revision_id_revision"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
    )
    op.create_index("ix_verdict_article", "verdict", ["article_id", "value", "at"], unique=False)
    op.create_index("ix_verdict_lately", "verdict", ["value", "at", "article_id"], unique=False)
    op.create_index("ix_verdict_person_id", "verdict", ["person_id"], unique=False)
    op.create_index("ix_verdict_revision_id", "verdict", ["revision_id"], unique=False)
    op.create_index(
        "uq_verdict_person",
        "verdict",
        ["article_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL AND person_id IS NOT NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND person_id IS NOT NULL"),
    )
    op.create_index(
        "uq_verdict_visitor",
        "verdict",
        ["article_id", "visitor"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL AND visitor IS NOT NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND visitor IS NOT NULL"),
    )


def downgrade():
    op.drop_index(
        "uq_verdict_visitor",
        table_name="verdict",
        sqlite_where=sa.text("replaced_at IS NULL AND visitor IS NOT NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND visitor IS NOT NULL"),
    )
    op.drop_index(
        "uq_verdict_person",
        table_name="verdict",
        sqlite_where=sa.text("replaced_at IS NULL AND person_id IS NOT NULL"),
        postgresql_where=sa.text("replaced_at IS NULL AND person_id IS NOT NULL"),
    )
    op.drop_index("ix_verdict_revision_id", table_name="verdict")
    op.drop_index("ix_verdict_person_id", table_name="verdict")
    op.drop_index("ix_verdict_lately", table_name="verdict")
    op.drop_index("ix_verdict_article", table_name="verdict")

    op.drop_table("verdict")
    op.drop_table("rendering")
    op.drop_index(
        "uq_revision_live",
        table_name="revision",
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.drop_index(
        "uq_revision_draft",
        table_name="revision",
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.drop_index("ix_revision_queue", table_name="revision")
    op.drop_index("ix_revision_decided_by", table_name="revision")
    op.drop_index("ix_revision_base_revision_id", table_name="revision")
    op.drop_index("ix_revision_author_id", table_name="revision")

    op.drop_table("revision")
    op.drop_index("ix_old_slug_article_id", table_name="old_slug")

    op.drop_table("old_slug")
    op.drop_table("article_word")
    op.drop_index("ix_article_view_article_id", table_name="article_view")

    op.drop_table("article_view")
    op.drop_index("ix_article_tag_tag", table_name="article_tag")

    op.drop_table("article_tag")
    op.drop_table("article_reader")
    op.drop_index("ix_article_link_to_ref", table_name="article_link")

    op.drop_table("article_link")
    op.drop_table("article_find")
    op.drop_index("ix_sign_in_person_id", table_name="sign_in")
    op.drop_index("ix_sign_in_expires_at", table_name="sign_in")

    op.drop_table("sign_in")
    op.drop_index("ix_service_unit_unit_id", table_name="service_unit")

    op.drop_table("service_unit")
    op.drop_index("ix_proficiency_person_id", table_name="proficiency")

    op.drop_table("proficiency")
    op.drop_index("ix_person_role_role", table_name="person_role")

    op.drop_table("person_role")
    op.drop_index("ix_owner_role_holder_person_id", table_name="owner_role_holder")

    op.drop_table("owner_role_holder")
    op.drop_index(
        "uq_named_service_live",
        table_name="named_service",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index("ix_named_service_service_id", table_name="named_service")

    op.drop_table("named_service")
    op.drop_index("ix_duty_person_id", table_name="duty")

    op.drop_table("duty")
    op.drop_index("ix_article_withheld_by", table_name="article")
    op.drop_index("ix_article_successor_id", table_name="article")
    op.drop_index("ix_article_state_ref", table_name="article")
    op.drop_index("ix_article_published_at", table_name="article")
    op.drop_index("ix_article_place", table_name="article")
    op.drop_index("ix_article_owner_role", table_name="article")
    op.drop_index("ix_article_live_revision_id", table_name="article")

    op.drop_table("article")
    op.drop_index("ix_service_party_id", table_name="service")

    op.drop_table("service")
    op.drop_index("ix_person_unit_id", table_name="person")
    op.drop_index("ix_person_party_id", table_name="person")
    op.drop_index("ix_person_name", table_name="person")

    op.drop_table("person")
    op.drop_table("party_tool")
    op.drop_index("ix_unit_site_id", table_name="unit")
    op.drop_index("ix_unit_parent_id", table_name="unit")

    op.drop_table("unit")
    op.drop_index("ix_party_site_id", table_name="party")

    op.drop_table("party")
    op.drop_index("ix_job_listener", table_name="job")
    op.drop_index("ix_job_event_id", table_name="job")
    op.drop_index("ix_job_due", table_name="job")

    op.drop_table("job")
    op.drop_table("worker")
    op.drop_table("site")
    op.drop_index("ix_search_log_at", table_name="search_log")

    op.drop_table("search_log")
    op.drop_table("search_index")
    op.drop_table("schedule")
    op.drop_table("portal_state")
    op.drop_table("plugin_switch")
    op.drop_table("organisation")
    op.drop_index("ix_event_name", table_name="event")
    op.drop_index("ix_event_at", table_name="event")

    op.drop_table("event")
