"""External calendars that a community follows: reading, comparing, applying."""
