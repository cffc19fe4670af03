"""What every process does: settings, logging, clock and ids, passports, health, start and stop."""
