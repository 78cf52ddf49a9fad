"""The phone network in a box: plays Twilio's part on Twilio's own wire, and knows nothing of us.

Reached only by HTTP, WebSocket and RTP. Start it with `python -m backend.local_carrier`.
"""
