"""What both sides say to each other: frames, packed values, and what may be believed of them."""
