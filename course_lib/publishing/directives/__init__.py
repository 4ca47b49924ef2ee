"""What a page's directives show, and what pages say of one another."""
