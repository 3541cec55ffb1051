"""A small catalogue for tests: figures made up, of the size that real ones have."""

from geo.wifi.catalogue import (
    Band,
    Catalogue,
    Client,
    Costs,
    Demands,
    Limit,
    Material,
    Model,
    Radio,
)

MADE_UP = "made up for a test"


def radio(band: Band, **changes: float) -> Radio:
    """An antenna that sends alike in all directions."""
    values = {"power_dbm": 16.0, "gain_dbi": 4.0, "sensitivity_dbm": -95.0, "capacity_mbps": 100.0, **changes}
    return Radio(band=band, frequency_mhz=2437.0 if band == "2.4" else 5500.0, **values)


def catalogue(*models: Model) -> Catalogue:
    """Two models, one with a beam, unless others are given."""
    known = models or (
        Model("omni", "Omni", (radio("2.4"), radio("5")), 2500.0, "2026", MADE_UP, MADE_UP, 60, True),
        Model(
            "beam", "Beam", (radio("2.4", horizontal_deg=60.0, vertical_deg=30.0),), 3000.0, "2026", MADE_UP,
            MADE_UP, 60, False,
        ),
    )  # fmt: skip
    return Catalogue(
        budget_mad=60_000.0,
        heights_m=(3.0, 12.0),
        environment="urban_low_rise",
        limits={
            "2.4": Limit("2.4", 20.0, (1, 6, 11), MADE_UP, False),
            "5": Limit("5", 30.0, (100, 104), MADE_UP, False),
        },
        models={model.key: model for model in known},
        clients={
            "2.4": Client("2.4", 1.5, 15.0, -92.0, MADE_UP),
            "5": Client("5", 1.5, 15.0, -90.0, MADE_UP),
        },
        demands=Demands(-67.0, -75.0, MADE_UP),
        materials={
            "brick": Material("brick", {"2.4": 8.0, "5": 9.0}, MADE_UP),
            "concrete": Material("concrete", {"2.4": 20.0, "5": 35.0}, MADE_UP),
        },
        default_material="brick",
        costs=Costs(
            500.0, {"fibre": 1000.0, "powered": 200.0, "mesh": 300.0, "unknown": 1000.0}, MADE_UP, "2026"
        ),
        heritage_m=50.0,
        mesh_m=120.0,
    )
