"""What contracts does when it is told of something."""
