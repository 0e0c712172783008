"""What lets contacts enter an automation: one file per trigger; the folder is the list."""
