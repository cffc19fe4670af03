"""What rooms and people read without asking: cards, announcements, direct messages."""
