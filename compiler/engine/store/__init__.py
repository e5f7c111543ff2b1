"""What outlives a turn: documents with conditional writes, the lease among them."""
