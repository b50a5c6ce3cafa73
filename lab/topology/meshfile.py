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
    overlay: tuple = ("10.255.0.0/24",)
    links: tuple = ("172.31.0.0/16",)
    lans: tuple = ("10.10.0.0/16",)
    encapsulation: str = "gre"
    outside6: str = ""  # the letters of sites that are called over IPv6

    @property
    def families(self):
        """What LANs and links carry."""
        return [family for family in (4, 6) if any((":" in prefix) == (family == 6) for prefix in self.lans)]

    @property
    def letters(self):
        return sorted({letter for pair in self.delays_ms for letter in pair})


# Both families everywhere; the overlay, and with it GRE, over IPv4.
BOTH = {"links": ("172.31.0.0/16", "fd31::/64"), "lans": ("10.10.0.0/16", "fd10:10::/32")}
# IPv6 alone in the mesh, whatever is outside.
IPV6_ONLY = {"overlay": ("fd00:255::/64",), "links": ("fd31::/64",), "lans": ("fd10:10::/32",)}

# The mesh that nearly every scenario runs on: A reaches D through B in 20 ms and through C in 30 ms.
FOUR_SITES = {"AB": 5, "AC": 8, "BC": 10, "BD": 5, "CD": 7}


def mesh_file(description, sites):
    """The text, for sites that know their addresses and public keys."""
    tuning = dict(description.tuning)
    pace = {key: tuning.pop(key) for key in ("interval", "probes") if key in tuning}
    encapsulation = {} if description.encapsulation == "gre" else {"encapsulation": description.encapsulation}
    parts = [_table("[mesh]", {"name": "lab", "overlay": _one_or_more(description.overlay),
                               "links": _one_or_more(description.links), "lans": list(description.lans),
                               "policy": description.policy, **encapsulation, **pace})]
    if tuning:
        parts.append(_table("[tuning]", tuning))
    for site in sites:
        lan = [site.lan_prefix if family == 4 else site.lan_prefix6 for family in description.families]
        endpoint = f"[{site.wan_address6}]:51820" if site.letter in description.outside6 else f"{site.wan_address}:51820"
        known = {"name": site.name, "id": site.id, "asn": 65000 + site.id, "lan": lan,
                 "lan_interface": site.LAN_INTERFACE, "endpoint": endpoint,
                 "public_key": site.public_key}
        parts.append(_table("[[site]]", {**known, **description.site_options.get(site.letter, {})}))
    for pair in description.delays_ms:
        between = {"between": [letter.lower() for letter in pair]}
        parts.append(_table("[[link]]", {**between, **description.link_options.get(pair, {})}))
    return "\n".join(parts)


def _one_or_more(prefixes):
    return list(prefixes) if len(prefixes) > 1 else prefixes[0]


def _table(header, entries):
    return "\n".join([header, *(f"{key} = {_value(value)}" for key, value in entries.items())]) + "\n"


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
