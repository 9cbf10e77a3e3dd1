"""Published facts of tendering: ids and times; nothing about a bid reaches the buyer before the opening."""
