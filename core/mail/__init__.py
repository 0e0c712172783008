"""Writes mails as bytes and speaks SMTP: what every way of sending mail has in common."""
