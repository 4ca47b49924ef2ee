"""Sources become a book and notebooks: figures, page directives, executed pages, the strict build."""
