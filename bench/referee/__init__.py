"""The referee: what a recorded mesh allows, and what simple controllers make of it.

A test tool of its own: it shares no code with the controller, so that a mistake there cannot hide here.
"""
