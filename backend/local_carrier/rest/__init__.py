"""Twilio's REST API, version 2010-04-01, as far as this carrier keeps it: one file per resource."""
