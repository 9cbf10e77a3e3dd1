"""Files of others to drafts of tenders."""
