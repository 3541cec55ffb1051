"""Words of drawing on a map (static/draw-map.js), wherever somebody draws."""

from typing import Final

from geo.vocabulary import N_

LABELS: Final = {
    "point": N_("The place. Arrow keys move it by 1 m, with Shift by 10 m."),
    "corner": N_("Corner %d. Arrow keys move it by 1 m, Delete removes it."),
    "middle": N_("Add a corner here"),
    "placing": N_("Tap the map where it is."),
    "drawing": N_(
        "Tap corner after corner, then “Finish”. With keys: arrows move the map, Enter sets a corner at its"
        " centre."
    ),
    "put": N_("Corner %d is set."),
    "finished": N_("Drawn. Corners can be dragged."),
    "few": N_("A line needs two corners, an area three."),
    "here": N_("You stand here: ± %d m."),
    "noPlace": N_("Your place could not be found. Allow the browser to use it, or go outdoors."),
    "moved": N_("Moved: %d m from where it was. It is kept once it is saved."),
    "snapped": N_("Snapped to a neighbour."),
    "many": N_("Zoom in to see the corners."),
    "undone": N_("Undone."),
    "redone": N_("Done again."),
    "broken": N_("This is no geometry that can be drawn."),
}
