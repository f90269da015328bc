"""Finding things: this room knows documents, not articles.

``documents`` and ``engine`` are what others code against; ``query`` turns what
a person typed into a bounded bag of words; ``snippets`` shows why something
was found; ``engines`` holds the engines, all held to one contract. What a
person may not read never leaves an engine for that person: hits, totals and
counts are computed after the rights.
"""
