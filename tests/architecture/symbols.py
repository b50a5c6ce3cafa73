#!/usr/bin/env python3
"""symbols.py NM LIBRARY...: no pure library asks for a clock, a socket, a file, a random number or a thread.

Time, bytes and chance are handed to pure code; what a library leaves undefined says whether it kept to that.
"""

import re
import subprocess
import sys
from pathlib import Path

C_NAMES = """
    clock clock_gettime gettimeofday time nanosleep clock_nanosleep sleep usleep timerfd_create
    socket connect bind listen accept accept4 send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg
    getaddrinfo gethostbyname if_nametoindex if_indextoname ioctl
    open open64 openat openat64 creat fopen fopen64 opendir stat lstat unlink rename mkdir mkstemp
    read write pread pwrite epoll_wait poll select fork vfork execve system popen kill signal sigaction
    getrandom getentropy random srandom rand srand rand_r drand48 arc4random
    getenv secure_getenv setenv pthread_create
""".split()
FORBIDDEN = re.compile(
    "^(" + "|".join(C_NAMES) + "|" + "|".join((
        r"_ZNSt6chrono\S*clock3nowEv",        # std::chrono::…::now()
        r"_ZNSt13random_device\S*",
        r"_ZNSt\S*basic_[io]?f(stream|ilebuf)\S*",
        r"_ZNSt10filesystem\S*",
        r"_ZNSt6thread\S*",
        r"_ZSt(3cin|4cout|4cerr|4clog)",
        r"randombytes\S*",                     # libsodium
        r"crypto_\w*keypair|crypto_\w*keygen",
    )) + ")$")


def undefined(nm_output):
    """library member -> the symbols that it leaves to others."""
    member, found = "?", {}
    for line in nm_output.splitlines():
        if line.endswith(":"):
            member = line[:-1]
        elif match := re.match(r"^\s+[Uwv] (\S+)", line):
            found.setdefault(member, set()).add(match[1].split("@")[0])
    return found


def mistakes_in(nm_output):
    for member, symbols in undefined(nm_output).items():
        for symbol in sorted(symbols):
            if FORBIDDEN.match(symbol):
                yield member, symbol


def main():
    nm, *libraries = sys.argv[1:]
    wrong = 0
    for library in libraries:
        output = subprocess.run([nm, "--undefined-only", library], check=True, capture_output=True, text=True).stdout
        for member, symbol in mistakes_in(output):
            print(f"{Path(library).name}({member}): asks for {symbol}")
            wrong += 1
    print(f"{len(libraries)} libraries, {wrong} mistakes")
    return 1 if wrong or not libraries else 0


if __name__ == "__main__":
    sys.exit(main())
