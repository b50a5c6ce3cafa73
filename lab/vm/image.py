"""The kernel and the initrd that the machine boots, in a cache directory of their own.

Owns ${XDG_CACHE_HOME:-~/.cache}/trimtab/vm. The kernel is Debian's package, unpacked and never installed; the
initrd is busybox, the modules of lab/vm/modules and lab/vm/init. A changed list, init or kernel makes a new
initrd, as its name holds a hash of them.
"""

import fcntl
import glob
import hashlib
import lzma
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
BUSYBOX = Path("/bin/busybox")


class Image(NamedTuple):
    kernel: Path
    initrd: Path
    modules: Path  # /lib/modules/<version> of that kernel


class Trouble(Exception):
    """What went wrong and what to do, in one line."""


def cache_directory():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "trimtab" / "vm"


def prepare(say=lambda text: print(text, file=sys.stderr, flush=True)):
    """Returns the Image, making what is missing. Several callers at once wait for each other."""
    cache = cache_directory()
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        version = _unpacked_version(cache) or _unpack_kernel(cache, say)
        modules = cache / "kernel" / "lib" / "modules" / version
        return Image(_plain_kernel(cache, version), _initrd(cache, version, modules), modules)


def _unpacked_version(cache):
    if not (cache / "kernel" / "complete").exists():
        return None
    return _version(cache / "kernel")


def _version(tree):
    found = glob.glob(str(tree / "boot" / "vmlinuz-*"))
    return os.path.basename(found[0])[len("vmlinuz-"):] if found else None


def _unpack_kernel(cache, say):
    package = _kernel_package()
    say(f"vm: fetching {package} (once; it is unpacked under {cache} and not installed)")
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        _run(["apt-get", "download", "-qq", package], "download the kernel's package", cwd=scratch)
        archive = glob.glob(f"{scratch}/*.deb")[0]
        tree = Path(scratch) / "kernel"
        _run(["dpkg-deb", "-x", archive, str(tree)], "unpack the kernel's package")
        version = _version(tree)
        _run(["depmod", "-b", str(tree), version], "list the modules' dependencies")
        (tree / "complete").touch()
        shutil.rmtree(cache / "kernel", ignore_errors=True)
        os.rename(tree, cache / "kernel")
    return version


def _kernel_package():
    """Debian's newest kernel for this release: what the metapackage depends on."""
    for attempt in ("as it is", "after an update"):
        if attempt == "after an update":
            _run(["apt-get", "update", "-qq"], "read the list of packages")
        shown = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], capture_output=True, text=True)
        for line in shown.stdout.splitlines():
            kind, _, name = line.strip().partition(": ")
            if kind == "Depends" and name.startswith("linux-image-"):
                return name
    raise Trouble("no package linux-image-amd64 in the list of packages; check /etc/apt/sources.list")


def _plain_kernel(cache, version):
    """The ELF inside the bzImage. Unpacking xz is most of the boot in an emulated machine, so it is done here, once."""
    plain = cache / f"vmlinux-{version}"
    if not plain.exists():
        packed = (cache / "kernel" / "boot" / f"vmlinuz-{version}").read_bytes()
        setup_sectors = packed[0x1F1] or 4
        offset, length = struct.unpack_from("<II", packed, 0x248)
        start = (setup_sectors + 1) * 512 + offset
        # The last four bytes are the unpacked length, which xz does not know of.
        _write(plain, lzma.LZMADecompressor().decompress(packed[start:start + length - 4]))
    return plain


def _initrd(cache, version, modules):
    names = _listed_modules()
    recipe = hashlib.sha256("\n".join([version, *names]).encode())
    recipe.update((HERE / "init").read_bytes() + Path(__file__).read_bytes())
    initrd = cache / f"initrd-{recipe.hexdigest()[:16]}"
    if not initrd.exists():
        for old in glob.glob(str(cache / "initrd-*")):
            os.unlink(old)
        _write(initrd, _archive(_initrd_files(version, modules, names)))
    return initrd


def _listed_modules():
    lines = (HERE / "modules").read_text().splitlines()
    return [name for line in lines for name in line.partition("#")[0].split()]


def _initrd_files(version, modules, names):
    """path → (mode, contents) of everything in the initrd."""
    if not BUSYBOX.exists():
        raise Trouble("no /bin/busybox; apt-get install busybox-static")
    files = {directory: (stat.S_IFDIR | 0o755, b"")
             for directory in ("bin", "dev", "job", "proc", "sys", "lower", "upper", "new")}
    base = f"lib/modules/{version}"
    for depth in range(1, base.count("/") + 2):
        files["/".join(base.split("/")[:depth])] = (stat.S_IFDIR | 0o755, b"")
    files["init"] = (stat.S_IFREG | 0o755, (HERE / "init").read_bytes())
    files["bin/busybox"] = (stat.S_IFREG | 0o755, BUSYBOX.read_bytes())
    wanted = _with_dependencies(modules, names)
    listing = []
    for path, needs in wanted.items():
        flat = os.path.basename(path)
        files[f"{base}/{flat}"] = (stat.S_IFREG | 0o644, (modules / path).read_bytes())
        listing.append(f"{flat}: " + " ".join(os.path.basename(need) for need in needs))
    files[f"{base}/modules.dep"] = (stat.S_IFREG | 0o644, ("\n".join(listing) + "\n").encode())
    built_in = _built_in(modules)
    loaded = " ".join(name for name in names if name not in built_in)
    files["modules"] = (stat.S_IFREG | 0o644, loaded.encode())
    return files


def _with_dependencies(modules, names):
    """modules.dep's lines for the listed modules and all that they need: path → paths needed."""
    needs = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[path] = rest.split()
    by_name = {_module_name(path): path for path in needs}
    built_in = _built_in(modules)
    wanted = {}
    for name in names:
        if name in built_in:
            continue
        if name not in by_name:
            raise Trouble(f"lab/vm/modules: the kernel has no module {name}; correct the list")
        path = by_name[name]
        for one in (path, *needs[path]):
            wanted[one] = needs[one]
    return wanted


def _built_in(modules):
    return {_module_name(path) for path in (modules / "modules.builtin").read_text().split()}


def _module_name(path):
    return os.path.basename(path).partition(".")[0].replace("-", "_")


def _archive(files):
    """A cpio archive ("newc") of `files`, not compressed: reading it is quicker than unpacking it would be."""
    out = bytearray()
    for number, (path, (mode, contents)) in enumerate({**files, "TRAILER!!!": (0, b"")}.items(), start=1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(contents), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += bytes(-len(out) % 4)
        out += contents
        out += bytes(-len(out) % 4)
    return bytes(out)


def _write(path, contents):
    """Whole or not at all: an interrupted run must not leave half a kernel behind."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(contents)
    os.rename(beside, path)


def _run(command, purpose, cwd=None):
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError:
        raise Trouble(f"cannot {purpose}: no {command[0]}; apt-get install kmod") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"cannot {purpose}: {last}")
