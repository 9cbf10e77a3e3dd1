"""What everybody shares and nobody owns: currencies, exchange rates with their source, units, countries, Incoterms."""
