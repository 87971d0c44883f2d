"""The book's figures, one module per part, and the style they share."""
