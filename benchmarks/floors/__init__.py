"""What the same machine does without the product: the floors that the figures stand on."""
