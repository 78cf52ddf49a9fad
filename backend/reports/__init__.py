"""What is asked about the past: read only, one company at a time, frames out."""
