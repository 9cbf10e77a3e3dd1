"""Files of needs (CSV, XLSX, UBL) become lines of a request: bytes to values, nothing stored."""
