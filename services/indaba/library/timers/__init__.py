"""What the library does by the clock: reads page titles, sweeps the file store."""
