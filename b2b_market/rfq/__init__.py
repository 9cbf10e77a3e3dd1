"""Requests for quotation: needs, invitations, quotes, awards."""
