"""TwiML: read strictly, then performed verb by verb."""
