"""What the phone network is told, and how it speaks: the only room that spells Twilio's names."""
