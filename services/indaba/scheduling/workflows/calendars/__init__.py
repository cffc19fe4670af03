"""Calendars kept elsewhere that a community follows: read, compared, applied."""
