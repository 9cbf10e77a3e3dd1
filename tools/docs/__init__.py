"""The pages of docs/ that come from the code, and the pieces of code that other pages quote."""
