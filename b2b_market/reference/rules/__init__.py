"""Reference data as values, and how a rate is found among those stored."""
