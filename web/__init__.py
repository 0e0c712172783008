"""SPEAKS HTML: server-rendered pages for people; a page loads, renders, and redirects."""
