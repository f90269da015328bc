"""Calendar files for tests."""

from datetime import UTC, datetime


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def calendar(*events, head=""):
    """A file with events, each given as its lines; a beginning and an end stand in for those that name none."""
    bodies = []
    for number, event in enumerate(events):
        lines = [line.strip() for line in event.strip().splitlines()]
        if not any(line.startswith("UID") for line in lines):
            lines.insert(0, f"UID:event-{number}")
        if not any(line.startswith("DTSTART") for line in lines):
            lines += ["DTSTART:20260303T080000", "DTEND:20260303T160000"]
        bodies.append("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{''.join(bodies)}END:VCALENDAR\r\n"
