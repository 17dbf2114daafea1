"""What areas are called, alone and in a sentence, and which of them may be compared."""

from crime_data.models import Area

LONDON = "E23000001"

LEVELS = {
    Area.Kind.FORCE: ("police force area", "police force areas"),
    Area.Kind.BCU: ("command unit", "command units"),
    Area.Kind.BOROUGH: ("borough", "boroughs"),
    Area.Kind.CSP: ("partnership area", "partnership areas"),
}


def called(area: Area) -> str:
    """For a table or a list: `Bexley`, `South East command unit`, `London`."""
    if area.kind == Area.Kind.BCU:
        return f"{area.name} command unit"
    if area.code == LONDON:
        return "London"
    return f"{area.name} police force" if area.kind == Area.Kind.FORCE else area.name


def where(area: Area) -> str:
    """After "in": `Bexley`, `the South East command unit`, `London`."""
    if area.kind == Area.Kind.BCU or (area.kind == Area.Kind.FORCE and area.code != LONDON):
        return f"the {called(area)}"
    return called(area)


def level(area: Area, *, plural: bool = False) -> str:
    return LEVELS[Area.Kind(area.kind)][plural]
