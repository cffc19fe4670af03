"""What requests, events and the clock share: steps that keep, emit and plan together."""
