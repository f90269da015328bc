"""Files to download are told apart by what is in them; whatever is on no list is refused."""

from __future__ import annotations

import pytest

from portal.articles import papers
from portal.core.errors import Refused
from tests.data import hostile_files as files

OFFICE = ("docx", "xlsx", "pptx", "odt", "ods", "odp")


@pytest.mark.parametrize("kind", OFFICE)
def test_an_office_file_is_known_by_its_parts_whatever_its_name(kind):
    data = files.office(kind, more={"pictures/one.png": files.png()})

    for name in (f"a.{kind}", "a.pdf", "a", "a.exe"):
        paper = papers.read(data, name)

        assert (paper.extension, paper.media_type, paper.data) == (kind, papers.MEDIA_TYPES[kind], data)


def test_a_pdf_is_known_by_its_beginning_and_its_end():
    paper = papers.read(files.pdf(), "manual.docx")

    assert (paper.extension, paper.media_type, paper.data) == ("pdf", "application/pdf", files.pdf())


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (b"a;b\r\n1;2\r\n", "a;b\r\n1;2\r\n"),
        ("Größe;Stück\n".encode(), "Größe;Stück\n"),
        (b"\xef\xbb\xbfname;days\n", "name;days\n"),
        ("Größe – 5 €\n".encode("cp1252"), "Größe – 5 €\n"),
        (b"a < b, and 1 <2\n", "a < b, and 1 <2\n"),
    ],
)
def test_plain_text_is_stored_as_utf_8(sent, stored):
    for name, extension in (("list.csv", "csv"), ("NOTES.TXT", "txt")):
        paper = papers.read(sent, name)

        assert (paper.extension, paper.data.decode()) == (extension, stored)


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.csv.exe", "a", "a.txt/b"])
def test_words_under_another_ending_are_refused(name):
    with pytest.raises(Refused, match="does not take this kind of file"):
        papers.read(b"words\n", name)
