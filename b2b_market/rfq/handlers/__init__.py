"""Who hears what of requests, rounds, counter-offers and talks."""
