"""Steps that requests, events and timers share: storing, emitting and planning together."""
