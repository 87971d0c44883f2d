"""What makes the chapters a book: claims and verdicts, parameters, running, the pages made from them."""
