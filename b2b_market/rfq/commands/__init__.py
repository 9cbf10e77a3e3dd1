"""What the operations take: plain values, as the edges understood them."""
