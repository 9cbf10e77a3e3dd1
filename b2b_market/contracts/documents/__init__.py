"""What stands in a contract, and the files it is printed as."""
