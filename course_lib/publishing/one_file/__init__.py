"""The whole book as one PDF or one EPUB."""
