"""From results to what people see: graded notebooks, scores, late penalties, marks."""
