"""One function per request that scheduling answers, grouped by subject."""
