"""Stand-in."""
def town(): return None
def monument(p): return None
def route(p): return None
