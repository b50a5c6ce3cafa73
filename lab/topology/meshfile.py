"""The mesh file of a lab: the text that a person would have written for these sites."""

from dataclasses import dataclass, field

# What the lab's scenarios run with unless they say otherwise: the shipped pace fifteen times as quick, so that a round
# takes a second. A link's return takes no longer after its third drop than after its second, or the scenarios would
# wait for each other's links. Everything that is not a time is as shipped, and so is the probes' time-out.
QUICK = {"interval": "1s", "dwell": "8s", "earned_return": "3s", "earned_return_limit": "6s", "publish_refill": "12s"}
SHIPPED = {}


@dataclass(frozen=True)
class Description:
    """Which sites, which wires between them, and what the mesh file says beyond that."""
    delays_ms: dict  # "AB" → one-way delay of that wire; these are also the links
    policy: str = "path"
    tuning: dict = field(default_factory=lambda: dict(QUICK))
    link_options: dict = field(default_factory=dict)  # "BD" → {"bfd": "off"}
    site_options: dict = field(default_factory=dict)  # "A" → {"wan_mtu": 1492}

    @property
    def letters(self):
        return sorted({letter for pair in self.delays_ms for letter in pair})


# The mesh that nearly every scenario runs on: A reaches D through B in 20 ms and through C in 30 ms.
FOUR_SITES = {"AB": 5, "AC": 8, "BC": 10, "BD": 5, "CD": 7}


def mesh_file(description, sites):
    """The text, for sites that know their addresses and public keys."""
    tuning = dict(description.tuning)
    pace = {"interval": tuning.pop("interval")} if "interval" in tuning else {}
    parts = [_table("[mesh]", {"name": "lab", "overlay": "10.255.0.0/24", "links": "172.31.0.0/16",
                               "lans": ["10.10.0.0/16"], "policy": description.policy, **pace})]
    if tuning:
        parts.append(_table("[tuning]", tuning))
    for site in sites:
        known = {"name": site.name, "id": site.id, "asn": 65000 + site.id, "lan": [site.lan_prefix],
                 "lan_interface": site.LAN_INTERFACE, "endpoint": f"{site.wan_address}:51820",
                 "public_key": site.public_key}
        parts.append(_table("[[site]]", {**known, **description.site_options.get(site.letter, {})}))
    for pair in description.delays_ms:
        between = {"between": [letter.lower() for letter in pair]}
        parts.append(_table("[[link]]", {**between, **description.link_options.get(pair, {})}))
    return "\n".join(parts)


def _table(header, entries):
    return "\n".join([header, *(f"{key} = {_value(value)}" for key, value in entries.items())]) + "\n"


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
