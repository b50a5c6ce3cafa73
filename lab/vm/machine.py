"""One run of the machine: QEMU started, its console passed on, its job's exit status brought back."""

import contextlib
import ctypes
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import resident
from image import Trouble

QEMU = "qemu-system-x86_64"
TIMED_OUT = 124  # as timeout(1) has it
PR_SET_PDEATHSIG = 1
QMP = "qmp"  # its control socket, beside the job
LOOK_S = 0.2  # whether the machine is to stand still
ANSWER_S = 10  # of its monitor
# The guest gets these from the caller, and no others: a lab must not depend on who started it.
PASSED_ON = ("TERM", "NO_COLOR", "COLUMNS", "LINES", "TRIMTAB", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


def run(image, command, *, out, memory, cpus, virtual_time, timeout, terminal, environment):
    """Runs `command` (a list) in the guest and returns its exit status; raises Trouble if the guest died of itself.

    The guest's directory is the caller's. Its console is this process's standard output, and input where `terminal`.
    virtual_time: the guest's clock counts its instructions, a nanosecond each, and skips what it would wait. How busy
    this machine is then changes no delay in there (resident.py has the exception), only how long the run takes. One
    emulated processor; where there is
    hardware virtualisation, that is used instead, and time is real. VM_TIME tells the guest which.
    """
    virtual_time = virtual_time and not hardware_virtualisation()
    environment = {**environment, "VM_TIME": "virtual" if virtual_time else "real"}
    if shutil.which(QEMU) is None:
        raise Trouble(f"no {QEMU}; apt-get install qemu-system-x86")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="trimtab-vm-") as scratch:
        job = Path(scratch)
        (job / "start").write_text(_start_script(command, terminal, environment))
        (job / "resident").write_text(resident.copy_script("/upper/files", also=[os.environ.get("TRIMTAB", "")]))
        kernel_log = job / "kernel.log"
        arguments = _qemu(image, job, kernel_log, out, memory, cpus, virtual_time, terminal)
        if _run_qemu(arguments, virtual_time, timeout, terminal, job):
            return TIMED_OUT
        status = job / "status"
        if not status.exists():
            raise Trouble("the machine stopped before its job ended:\n" + _tail(kernel_log))
        return int(status.read_text())


def hardware_virtualisation():
    """A /dev/kvm without the processor's own flag has been seen to open and then to hang, so the flag decides."""
    flags = Path("/proc/cpuinfo").read_text().split()
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and ("vmx" in flags or "svm" in flags)


def _start_script(command, terminal, environment):
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    lines = ["#!/bin/sh", f"export PATH={resident.PATH} HOME=/root LANG=C.UTF-8"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in {**passed, **environment}.items()]
    lines += ["hostname trimtab-lab", "ip link set lo up", f"cd {shlex.quote(os.getcwd())}"]
    job = " ".join(shlex.quote(word) for word in command)
    if terminal:
        size = shutil.get_terminal_size()
        lines += [f"stty sane rows {size.lines} cols {size.columns} </dev/hvc0",
                  f"setsid -c -w {job} </dev/hvc0 >/dev/hvc0 2>&1"]
        lines += ["echo $? >/run/job/status"]
    else:
        # Through a pipe: the job must see that its output is no terminal, and cat is what makes that so.
        lines += ["stty raw </dev/hvc0",
                  f"{{ {job} </dev/null 2>&1; echo $? >/run/job/status; }} | cat >/dev/hvc0"]
    lines += ["sync", "echo o >/proc/sysrq-trigger", "sleep 60"]
    return "\n".join(lines) + "\n"


def _qemu(image, job, kernel_log, out, memory, cpus, virtual_time, terminal):
    if virtual_time:
        accelerator, cpus = ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-cpu", "max,la57=off"], 1
    elif hardware_virtualisation():
        accelerator = ["-accel", "kvm", "-cpu", "host"]
    else:
        accelerator = ["-accel", "tcg,thread=multi", "-cpu", "max,la57=off"]
    # tsc: without these the emulated machine takes the hpet, where each reading leaves the guest.
    # norandmaps: code that lies where it lay the last time is translated once and not for each process.
    kernel_line = (f"console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr norandmaps no5lvl tsc=reliable clocksource=tsc "
                   f"random.trust_cpu=on trimtab.modules={image.modules}")
    if virtual_time:
        # A tick although nothing runs: time then jumps by 4 ms at most, also while a program waits for this machine.
        kernel_line += " nohz=off"
    return [QEMU, "-M", "q35", *accelerator, "-smp", str(cpus), "-m", str(memory), "-nodefaults", "-no-reboot",
            "-display", "none", "-qmp", f"unix:{job / QMP},server=on,wait=off", "-serial", f"file:{kernel_log}",
            "-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", kernel_line,
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
            "-chardev", "stdio,id=console,signal=" + ("off" if terminal else "on"),
            "-device", "virtconsole,chardev=console",
            *_share("root", "/", "readonly=on,multidevs=remap"), *_share("out", out, "readonly=off"),
            *_share("job", job, "readonly=off")]


def _share(tag, path, options):
    return ["-fsdev", f"local,id={tag},path={path},security_model=none,{options}",
            "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]


def _run_qemu(arguments, virtual_time, timeout, terminal, job):
    """True if it had to be stopped."""
    parent = os.getpid()

    def become_the_machine():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        # Timers of milliseconds run in there by this machine's clock: a compiler beside it must not look like a failing
        # link. Where the scheduler groups by session, niceness counts only inside one, so the session gets it as well.
        with contextlib.suppress(OSError):
            os.setsid()
            if virtual_time:
                return
            os.nice(-20)
            Path("/proc/self/autogroup").write_text("-20")

    stdin = None if terminal else subprocess.DEVNULL
    machine = subprocess.Popen(arguments, stdin=stdin, preexec_fn=become_the_machine)
    try:
        deadline = None if timeout is None else time.monotonic() + timeout
        while deadline is None or time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                machine.wait(LOOK_S)
                return False
            _stand_still_if_asked(machine, job)
        return True
    finally:
        if machine.poll() is None:
            machine.kill()
            machine.wait()


def _stand_still_if_asked(machine, job):
    """The job writes "SECONDS clock|no-clock" to /run/job/stand-still; that it is gone tells it that it was done.

    clock: QEMU itself is stopped, and the guest finds that its clocks have gone on. no-clock: QEMU stops the guest and
    its clocks with it.
    """
    asked = job / "stand-still"
    if not asked.exists():
        return
    seconds, clock = asked.read_text().split()
    if clock == "clock":
        machine.send_signal(signal.SIGSTOP)
        time.sleep(float(seconds))
        machine.send_signal(signal.SIGCONT)
    else:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_S)
            connection.connect(str(job / QMP))
            with connection.makefile("rw") as monitor:
                for command, then in (("qmp_capabilities", 0), ("stop", float(seconds)), ("cont", 0)):
                    _command(monitor, command)
                    time.sleep(then)
    asked.unlink()


def _command(monitor, name):
    print(json.dumps({"execute": name}), file=monitor, flush=True)
    for line in monitor:
        said = json.loads(line)
        if "return" in said:
            return
        if "error" in said:
            raise Trouble(f"the machine's monitor refused {name}: {said['error'].get('desc')}")
        # Else the greeting, or an event.
    raise Trouble("the machine ended while it was to stand still")


def _tail(path, lines=20):
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "no kernel log"
