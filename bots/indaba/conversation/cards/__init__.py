"""What rooms and people are told without asking: cards, announcements, direct messages."""
