"""What the rivals' routers have in common: who their neighbours are, and a BIRD that is none of trimtab's."""

import subprocess

from topology.site import BIRD


def neighbours(site):
    return [site.lab[pair.replace(site.letter, "")] for pair in site.lab.links_of(site)]


def own_address(site, other):
    """`site`'s address on its link to `other`, as docs/mesh-file.md derives it from the two ids."""
    low, high = sorted((site.id, other.id))
    index = (high - 1) * (high - 2) // 2 + low - 1
    return f"172.31.0.{4 * index + (1 if site.id == low else 2)}"


def bird_version():
    done = subprocess.run([BIRD, "--version"], capture_output=True, text=True, check=True)
    return (done.stdout + done.stderr).strip()


def bfd(site):
    """As trimtab has it, on every link."""
    lines = [f'  interface "gre-{other.name}" {{ interval 100 ms; multiplier 5; }};' for other in neighbours(site)]
    return "\n".join(["protocol bfd {", *lines, "}", ""])


def start_bird(site, kernel_filter, protocols):
    """Announces the LAN's prefix alone; `kernel_filter` says which routes reach the kernel."""
    (site.config / "bird.conf").write_text(f"""log stderr all;
router id {site.overlay_address};
protocol device {{ }}
protocol direct {{ interface "br-lan"; ipv4; }}
protocol kernel {{
  ipv4 {{
    import none;
    export filter {{ {kernel_filter} krt_prefsrc = {site.router_lan_address}; accept; }};
  }};
}}
{protocols}""")
    site.start_bird()
