"""trimtab with everything as shipped: its own BIRD, its daemon on each router, policy `path`."""

import subprocess

from topology.site import TRIMTAB


def version():
    return subprocess.run([TRIMTAB, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def start(lab):
    lab.up()
    lab.steer()
