"""Upper rooms: plugins that come with the portal."""
