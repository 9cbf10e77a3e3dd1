"""Contracts: drafted from an award, edited and released by the buyer, printed as PDF and DOCX, verifiable."""
