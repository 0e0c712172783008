"""What an action box of an automation does: one file per step; the folder is the list."""
