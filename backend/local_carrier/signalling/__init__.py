"""The wire between the Voice JS SDK in a browser and the exchange: JSON over one WebSocket."""
