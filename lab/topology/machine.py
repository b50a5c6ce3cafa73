"""A router with an init of its own: systemd as the first process of a PID namespace, inside a site's network namespace.

It sees this machine's files under a layer that is its disk, has a /run of its own, and boots as often as it is told to.
There is no udev in it; what udev would do when an interface appears, apply_link_settings() does.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from .site import REPOSITORY
from .waiting import wait_until

CGROUPS = Path("/sys/fs/cgroup")
# Nothing of this machine's own services: only what tests enable.
MASKED = ("getty.target", "systemd-logind.service", "dbus.service", "dbus.socket", "systemd-user-sessions.service",
          "systemd-udevd.service", "e2scrub_reap.service", "remote-fs.target", "systemd-timesyncd.service",
          "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service", "systemd-random-seed.service",
          "timers.target", "paths.target", "systemd-binfmt.service", "systemd-firstboot.service",
          "systemd-journal-catalog-update.service", "ldconfig.service", "systemd-hwdb-update.service",
          "systemd-machine-id-commit.service", "systemd-pstore.service", "systemd-modules-load.service",
          "kmod-static-nodes.service", "systemd-tmpfiles-setup-dev.service", "systemd-remount-fs.service")
BOOT = r"""
set -e
cd "$1"
mount -t overlay -o lowerdir=/,upperdir=$PWD/upper,workdir=$PWD/work machine root
cd root
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount --rbind /dev dev
mount -t tmpfs -o mode=0755 run run
mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=1777 tmp var/tmp
[ -e ../booted ] || { rm -rf etc/systemd/system/*.wants etc/rc?.d/* usr/sbin/policy-rc.d; touch ../booted; }
mkdir -p mnt
pivot_root . mnt
cd /
umount -l /mnt
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 /lib/systemd/systemd --unit=multi-user.target \
  --log-target=journal-or-kmsg --show-status=no
"""


class Machine:
    def __init__(self, site, directory):
        self.site = site
        self.pid = None
        self.disk = Path(directory) / f"{site.name}-disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "disk", self.disk], check=True)
        for name in ("upper", "work", "root"):
            (self.disk / name).mkdir()
        units = self.disk / "upper/etc/systemd/system"
        units.mkdir(parents=True)
        for unit in MASKED:
            (units / unit).symlink_to("/dev/null")
        self.write("/etc/systemd/journald.conf.d/lab.conf", "[Journal]\nStorage=volatile\n")
        self._forget_installed_files()
        self._cgroup = CGROUPS / f"{site.router.name}-machine"
        self._outside = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _forget_installed_files(self):
        """dpkg reads the list of files of each installed package first: half a minute over the host's files."""
        info = self.disk / "upper/var/lib/dpkg/info"
        info.mkdir(parents=True)
        os.setxattr(info, "trusted.overlay.opaque", b"y")
        (info / "format").write_text("1\n")

    def boot(self):
        """Until everything that is enabled was started, or has failed."""
        if not (CGROUPS / "cgroup.procs").exists():
            subprocess.run(["mount", "-t", "cgroup2", "cgroup2", CGROUPS], check=True)
        self._cgroup.mkdir(exist_ok=True)
        self._outside = self.site.router.start(
            "sh", "-c", f'echo $$ >{self._cgroup}/cgroup.procs; exec unshare --mount --pid --fork --uts --ipc --cgroup '
            f'--kill-child --propagation private sh -c "$0" sh {self.disk}', BOOT, stdin=subprocess.DEVNULL,
            stdout=open(self.site.logs / f"{self.site.name}-machine.log", "ab"), stderr=subprocess.STDOUT)
        children = Path(f"/proc/{self._outside.pid}/task/{self._outside.pid}/children")
        wait_until("the machine has a first process", lambda: self._outside.poll() is None and children.read_text().split(), 10)
        self.pid = int(children.read_text().split()[0])
        wait_until("the machine has booted", self._booted, 90, every=0.5)
        self._look_inside()

    def _booted(self):
        if self._outside.poll() is not None:
            raise AssertionError("systemd ended: " + (self.site.logs / f"{self.site.name}-machine.log").read_text()[-500:])
        return self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def _look_inside(self):
        """The lab's own questions go to the BIRD and the daemon in here."""
        self.site.run = Path(f"/proc/{self.pid}/root/run/trimtab")
        self.site.config = Path(f"/proc/{self.pid}/root/etc/trimtab")
        self.site.bird.socket_path = self.site.run / "bird.ctl"

    def run(self, *command, check=True, timeout=120):
        done = subprocess.run(["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-u", "-i", "-C", *command],
                              capture_output=True, text=True, timeout=timeout, cwd="/", stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.site}: {' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def install_package(self):
        found = sorted((REPOSITORY / "build/package").glob("trimtab_*.deb"))
        assert found, "no package at build/package; ./dev package makes it"
        shutil.copy(found[-1], self.file("/tmp/trimtab.deb"))
        # Its own words only: that every other package has no list of files is said for each of them.
        return self.run("dpkg", "-i", "/tmp/trimtab.deb").stdout

    def take_over_site(self):
        """The site's mesh file and key, where a person would have put them."""
        source = self.site.directory / "etc"
        self.write("/etc/trimtab/mesh.toml", (source / "mesh.toml").read_text())
        self.write("/etc/trimtab/private.key", (source / "private.key").read_text(), 0o600)

    def shell(self, line):
        """A command as it is typed."""
        print(f"  # {line}")
        return self.run("sh", "-c", line)

    def file(self, path):
        """A file of the machine: while it runs the live one, else the one on its disk."""
        return Path(f"/proc/{self.pid}/root{path}") if self.pid else self.disk / "upper" / path.lstrip("/")

    def write(self, path, content, mode=0o644):
        target = self.file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(mode)

    def journal(self, unit):
        return self.run("journalctl", "--no-pager", "-o", "cat", "-u", unit, check=False).stdout

    def active(self, *units):
        return self.run("systemctl", "is-active", *units, check=False).stdout.split() == ["active"] * len(units)

    def apply_link_settings(self):
        """udev's rule for a new interface."""
        self.run("/lib/systemd/systemd-sysctl", "--prefix=/net/ipv4/conf")

    def cut_power(self):
        """Everything that runs is gone, and what was in memory; the disk stays. The namespace outlives its machine, so
        what a kernel would have forgotten is taken from it."""
        self._kill()
        router = self.site.router
        for name in ("wg0", *(f"gre-{other.name}" for other in self.site.lab.sites if other is not self.site)):
            router.run("ip", "link", "delete", name)
        router.run("nft", "flush", "ruleset")

    def _kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self._outside.wait()
        self.pid = None

    def close(self):
        if self.pid:
            self._kill()
        for directory in sorted(self._cgroup.rglob("*/"), reverse=True):
            with contextlib.suppress(OSError):
                directory.rmdir()
        with contextlib.suppress(OSError):
            self._cgroup.rmdir()
        subprocess.run(["umount", self.disk], check=True)
        self.disk.rmdir()


def wait_for_the_mesh(lab):
    lab.wait_until("every session is established", lab.every_session_established, 60)
    lab.wait_until("every daemon answers", lab.every_daemon_answers, 30)
    lab.wait_until("every link is measured", lab.every_link_up, 60)
    lab.wait_until("every LAN host and every router reaches every LAN", lambda: lab.silent_pairs() == [], 30)


def documented(heading):
    """The commands of a section of docs/install.md, without their comments."""
    text = (REPOSITORY / "docs/install.md").read_text()
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, f"docs/install.md has no section {heading}"
    return [line.partition("  #")[0].strip() for line in section.splitlines() if line.startswith("    ")]
