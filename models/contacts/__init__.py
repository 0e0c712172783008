"""Contacts: the people a business knows, with what they agreed to; every change writes the event that announces it."""

from models.contacts.tables import ConsentRecord, Contact, CustomField, Suppression

__all__ = ["ConsentRecord", "Contact", "CustomField", "Suppression"]
