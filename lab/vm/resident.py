"""Programs that the guest has in its memory instead of reading them from this machine.

Virtual time jumps to the next timer whenever the guest's processor has nothing to do, also while a program in there waits
for a file of this machine: by the guest's clock that takes longer than by this one's. So what runs while something is
measured is copied before. The lab itself, and what systemd and dpkg read in the tests of the package, is not: nothing is
measured by them.
"""

import itertools
import os
import re
import shlex
import shutil
import subprocess

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("babeld", "bash", "bird", "birdc", "cat", "env", "ip", "iperf3", "ldconfig", "nft", "nsenter", "ping", "sh",
            "sleep", "strace", "sysctl", "tc", "timeout", "unshare", "wg")
# What these programs read, and the links on the way to them.
DATA = ("/etc", "/usr/lib/locale", "/usr/share/zoneinfo/Etc/UTC", "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache",
        "/bin", "/lib", "/lib64", "/sbin", "/usr/lib/ssl", "/usr/lib/x86_64-linux-gnu/tc", "/usr/lib/tc")
_LIBRARY = re.compile(r"(/\S+)")


def copy_script(target, also=()):
    """Lines of shell that copy them from / below the working directory to `target`; a process per directory."""
    lines = []
    for directory, names in itertools.groupby(_files(also), os.path.dirname):
        there = shlex.quote(target + directory)
        copy = f"cp -a {' '.join(shlex.quote(name[1:]) for name in names)} {there}/"
        # In /etc are files that only root can read, and QEMU may not be root.
        lines += [f"mkdir -p {there}", copy if directory != "/" else f"{{ {copy} || true; }}"]
    return " &&\n".join(lines) + "\n"


def _files(also):
    """Paths of the programs that this machine has, of `also`, and of the libraries that they need; links resolved too."""
    programs = [found for found in (shutil.which(name, path=PATH) for name in PROGRAMS) if found]
    programs += [name for name in also if os.path.exists(name)]
    shown = subprocess.run(["ldd", *programs], capture_output=True, text=True).stdout
    libraries = [match[1] for line in shown.splitlines() if not line.endswith(":") and (match := _LIBRARY.search(line))]
    found = {file for name in [*programs, *libraries] for file in _with_links(name)}
    return sorted(found | {name for name in DATA if os.path.lexists(name)}, key=os.path.split)


def _with_links(path):
    """The file's real path, and where the path's last part is a link, that as well: ping → ping4, libm.so.6 → …"""
    directory = os.path.realpath(os.path.dirname(path))
    named = os.path.join(directory, os.path.basename(path))
    yield named
    while os.path.islink(named):
        named = os.path.join(os.path.realpath(os.path.dirname(named)), os.readlink(named))
        named = os.path.join(os.path.realpath(os.path.dirname(named)), os.path.basename(named))
        yield named
