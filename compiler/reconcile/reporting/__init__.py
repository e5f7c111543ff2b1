"""What a turn says of itself: conditions, events, metrics, pages."""
