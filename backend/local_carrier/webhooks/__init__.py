"""What the carrier posts to its customers: signed, retried as asked, and written down."""
