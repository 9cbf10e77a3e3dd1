"""Files of needs (CSV, XLSX, UBL, OCDS) become lines of a request: bytes to values, nothing stored."""
