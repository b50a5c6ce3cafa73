"""The lab: sites, wires and traffic as things with verbs. mesh.py has the drawing; start there."""
