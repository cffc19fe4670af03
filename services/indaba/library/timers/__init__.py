"""What the library does by the clock: read page titles, clean up the file store."""
