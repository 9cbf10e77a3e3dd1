"""The board: how open requests and suppliers find each other."""
