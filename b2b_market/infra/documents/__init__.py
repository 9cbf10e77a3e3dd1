"""Writers of documents: one content model, set as PDF and as DOCX; equal input gives equal bytes."""
