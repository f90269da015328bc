"""Invitations for tests, as the parts that ask make them."""

from __future__ import annotations

from typing import Any

from plugins.feedback.models import Invitation
from plugins.feedback.tokens import new_token
from portal.testing import NOON

MODES = {"R": "named", "N": "confidential", "A": "confidential", "S": "confidential", "H": "confidential"}


def invitation(session: Any, template: str, form: list[str], **columns: Any) -> Invitation:
    """Invite somebody to answer *form*; *columns* replace what stands here."""
    values: dict[str, Any] = {
        "id": new_token(), "template": template, "mode": MODES[template], "channel": "inline", "state": "opened",
        "about": "verdict", "about_id": "1", "form": form, "known": {}, "seed": "seed", "created_at": NOON,
    } | columns  # fmt: skip
    made = Invitation(**values)
    session.add(made)
    session.flush()
    return made
