"""From submitted bytes to checked events and records."""
