"""A small catalogue of equipment made for tests: two models, prices that can be added up in the head."""

from geo.wifi.catalogue import Catalogue, Client, Costs, Demands, Limit, Material, Model, Radio

SOURCE = "made up"


def catalogue(heritage_m: float = 20.0) -> Catalogue:
    """Models at 3,000 and 5,000 MAD; 1,000 MAD a site, 500 MAD for fibre."""
    radio = Radio("2.4", 2437, 17, 3, -90, 100)
    models = {
        key: Model(key, key, (radio,), price, "2026-01-01", SOURCE, SOURCE, 100, mesh=True)
        for key, price in (("small", 3000.0), ("large", 5000.0))
    }
    return Catalogue(
        budget_mad=60_000,
        heights_m=(2.5, 8.0),
        environment="medina",
        limits={"2.4": Limit("2.4", 20, (1, 6, 11), SOURCE, confirmed=False)},
        models=models,
        clients={"2.4": Client("2.4", 1.5, 15, -85, SOURCE)},
        demands=Demands(-67, -80, SOURCE),
        materials={"earth": Material("earth", {"2.4": 15, "5": 25}, SOURCE)},
        default_material="earth",
        costs=Costs(1000, {"fibre": 500, "powered": 200, "mesh": 0, "unknown": 2000}, SOURCE, "2026-01-01"),
        heritage_m=heritage_m,
        mesh_m=150,
    )
