"""What a screen reader is told of a page: the accessibility tree of the browser, flat and in its order."""

from collections import Counter
from typing import NamedTuple

# Within these, a name need only be told from the names beside it.
SURROUNDING = {"group", "figure", "dialog", "search", "region"}
OPERATED = {"button", "slider", "checkbox", "combobox", "searchbox", "textbox", "DisclosureTriangle"}
LANDMARKS = {"banner", "navigation", "main", "region", "complementary", "contentinfo", "search"}


class Told(NamedTuple):
    """One thing that is read: what it is, its name, and where it stands."""

    role: str
    name: str
    within: str = ""


def read_aloud(page):
    """All that is read, in the order of reading."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return list(_below(nodes[0], {node["nodeId"]: node for node in nodes}, ""))


def _below(node, known, within):
    role, name = (node.get(each, {}).get("value", "") for each in ("role", "name"))
    if not node.get("ignored"):
        yield Told(role, name, within)
        within = f"{within}/{name or node['nodeId']}" if role in SURROUNDING else within
    for child in node.get("childIds", []):
        if child in known:
            yield from _below(known[child], known, within)


def muddled(told, roles):
    """What of these roles has no name, or the name of another one of them beside it."""
    found = Counter(each for each in told if each.role in roles)
    return sorted({each for each, times in found.items() if times > 1 or not each.name.strip()})
