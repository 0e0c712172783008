"""Contacts: the people a business knows, with what they agreed to; every change writes the event that announces it."""

from models.contacts.bulk import AttributeSet, Tagged, set_attributes, tag, untag
from models.contacts.conventions import conventions_of
from models.contacts.erasing import BOUNCED, LIFTED_BY_HAND, erase, remove, suppress, suppressed, unsuppress
from models.contacts.history import Passage, engagement, latest, passages, timeline
from models.contacts.lists import Filter, Listed, Place, Totals, by_ids, find, ids, tags, totals
from models.contacts.proofs import statements
from models.contacts.tables import ConsentRecord, Contact, Suppression
from models.contacts.writes import Person, Written, change, change_one, put, rehearse, revise, upsert

__all__ = [
    "BOUNCED",
    "LIFTED_BY_HAND",
    "AttributeSet",
    "ConsentRecord",
    "Contact",
    "Filter",
    "Listed",
    "Passage",
    "Person",
    "Place",
    "Suppression",
    "Tagged",
    "Totals",
    "Written",
    "by_ids",
    "change",
    "change_one",
    "conventions_of",
    "engagement",
    "erase",
    "find",
    "ids",
    "latest",
    "passages",
    "put",
    "rehearse",
    "remove",
    "revise",
    "set_attributes",
    "statements",
    "suppress",
    "suppressed",
    "tag",
    "tags",
    "timeline",
    "totals",
    "unsuppress",
    "untag",
    "upsert",
]
