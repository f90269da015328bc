"""What is told about pictures and files of articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AttachmentAdded(Event):
    """Somebody added a picture or a file; no text need use it yet."""

    name: ClassVar[str] = "attachment.added"
    attachment_id: int
    extension: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class AttachmentDescribed(Event):
    """The words for what a picture shows were changed."""

    name: ClassVar[str] = "attachment.described"
    attachment_id: int


@dataclass(frozen=True, kw_only=True)
class AttachmentRemoved(Event):
    """A picture or file that no text used is gone; *file* is the made-up name of its bytes, which go next."""

    name: ClassVar[str] = "attachment.removed"
    attachment_id: int
    file: str
