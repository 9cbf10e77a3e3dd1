"""What goes into messages and files about requests."""
