"""How an installation is: status, health, doctor, dead letters."""
