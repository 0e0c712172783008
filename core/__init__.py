"""PLUMBING: settings, database, Temporal, HTTP, security, plug-ins, embedded servers. No business word may appear here."""
