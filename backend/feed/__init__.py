"""What is announced: numbered events to every open board of a tenant."""
