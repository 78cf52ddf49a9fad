"""Telephone audio: 8,000 samples a second, one channel, in frames of 20 ms."""
