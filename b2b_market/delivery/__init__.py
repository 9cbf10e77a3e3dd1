"""Looking after announced facts on their way to their subscribers: what waits, what fails, what was given up."""
