"""Custom fields: which details a business keeps about its contacts."""

from models.contacts.tables import CustomField

__all__ = ["CustomField"]
