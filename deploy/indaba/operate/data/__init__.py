"""What operators do with data: back up, restore, export, erase, upgrade."""
