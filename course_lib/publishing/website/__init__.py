"""What Sphinx makes of the pages: HTML that loads little, with formulas, fonts and styles of its own."""
