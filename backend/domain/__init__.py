"""What a call means: pure values and functions. No I/O, no await, no clock."""
