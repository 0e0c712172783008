"""Calendars: durations, local times in IANA zones, and what comes back again and again; all of it without a clock of its own.

A gap of the clock (spring) moves a local time to the next minute that exists; a local time that comes twice (autumn) means
the first. Days of a duration are 24 hours of elapsed time, months and years go by the calendar of the zone.
"""
