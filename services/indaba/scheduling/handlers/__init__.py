"""One function per request that scheduling answers, by what it is about."""
