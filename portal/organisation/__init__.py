"""Units, sites, services, support parties, calendars."""
