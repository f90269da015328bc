"""A budget for scanning links, so that no text can stall the renderer.

Python-Markdown looks for the closing bracket of each opening one by reading
on to the end of the paragraph, once per kind of link: 20,000 characters of
``[a[a[a…`` take longer than anybody waits (upstream issue 798). Here every
scanned character is charged to a budget proportional to the source. When it
is spent, brackets stay plain text. Ordinary articles use about a hundredth.
"""

from __future__ import annotations

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import (
    IMAGE_LINK_RE,
    IMAGE_REFERENCE_RE,
    LINK_RE,
    REFERENCE_RE,
    ImageInlineProcessor,
    ImageReferenceInlineProcessor,
    LinkInlineProcessor,
    ReferenceInlineProcessor,
    ShortImageReferenceInlineProcessor,
    ShortReferenceInlineProcessor,
)
from markdown.preprocessors import Preprocessor

SCANS_PER_CHARACTER = 30
ALLOWANCE = 20_000


class LinkBudget:
    """Characters that may still be scanned for links in the text being rendered."""

    def __init__(self) -> None:
        """Begin with nothing; :meth:`grant` sets the budget of a text."""
        self.left = 0

    def grant(self, characters: int) -> None:
        """Set the budget for a source of so many *characters*."""
        self.left = ALLOWANCE + SCANS_PER_CHARACTER * characters

    def charge(self, characters: int) -> None:
        """Take off what was scanned."""
        self.left -= characters


class _Budgeted(LinkInlineProcessor):
    """Scanning that costs; mixed in before each of Markdown's own link processors."""

    budget: LinkBudget

    def getText(self, data: str, index: int) -> tuple[str, int, bool]:  # noqa: N802 - Markdown's name
        """Scan for the bracket that closes a link text, if the budget allows."""
        if self.budget.left <= 0:
            return "", index, False
        text, end, handled = super().getText(data, index)
        self.budget.charge(end - index)
        return text, end, handled

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:  # noqa: N802 - Markdown's name
        """Scan for the parenthesis that closes a link target, if the budget allows."""
        if self.budget.left <= 0:
            return "", None, index, False
        href, title, end, handled = super().getLink(data, index)
        self.budget.charge(end - index)
        return href, title, end, handled


class _Link(_Budgeted): ...


class _Image(_Budgeted, ImageInlineProcessor): ...


class _Reference(_Budgeted, ReferenceInlineProcessor): ...


class _ShortReference(_Budgeted, ShortReferenceInlineProcessor): ...


class _ImageReference(_Budgeted, ImageReferenceInlineProcessor): ...


class _ShortImageReference(_Budgeted, ShortImageReferenceInlineProcessor): ...


# Markdown's own names and priorities, so that each of its processors is replaced in its place.
_REPLACED: tuple[tuple[str, type[_Budgeted], str, int], ...] = (
    ("reference", _Reference, REFERENCE_RE, 170),
    ("link", _Link, LINK_RE, 160),
    ("image_link", _Image, IMAGE_LINK_RE, 150),
    ("image_reference", _ImageReference, IMAGE_REFERENCE_RE, 140),
    ("short_reference", _ShortReference, REFERENCE_RE, 130),
    ("short_image_ref", _ShortImageReference, IMAGE_REFERENCE_RE, 125),
)


class _Grant(Preprocessor):
    """Sets the budget when a text begins."""

    def __init__(self, md: Markdown, budget: LinkBudget) -> None:
        """Grant to *budget*."""
        super().__init__(md)
        self.budget = budget

    def run(self, lines: list[str]) -> list[str]:
        """Grant for the length of *lines*, which stay as they are."""
        self.budget.grant(sum(len(line) + 1 for line in lines))
        return lines


class LinkBudgetExtension(Extension):
    """Charges all link scanning of a Markdown instance to one budget per text."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Put the budgeted processors in the place of Markdown's."""
        budget = LinkBudget()
        for name, processor_class, pattern, priority in _REPLACED:
            processor = processor_class(pattern, md)
            processor.budget = budget
            md.inlinePatterns.register(processor, name, priority)
        md.preprocessors.register(_Grant(md, budget), "link_budget", 40)
