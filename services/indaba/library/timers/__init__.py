"""What the library does by the clock: reads the titles of pages, sweeps the shelf."""
