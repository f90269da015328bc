"""The ground floor: configuration, database, events, jobs, plugins, web. It knows no feature."""
