"""The template language that users write in mails, messages and requests: its rules, its filters, what is wrong with a text."""
