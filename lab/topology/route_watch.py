"""The moment at which the kernel changed a route, told by the kernel itself over rtnetlink instead of by looking."""

import socket
import struct
import threading
import time

RTMGRP_IPV4_ROUTE = 0x40
RTM_NEWROUTE = 24
RTA_DST, RTA_OIF = 1, 4
MESSAGE = struct.Struct("=IHHII")  # length, type, flags, sequence, port
ROUTE = struct.Struct("=BBBBBBBBI")  # family, destination's length, …
ATTRIBUTE = struct.Struct("=HH")


class RouteWatch:
    """Notes (wall-clock time, interface's name) of each change of the route to `site`'s LAN in `namespace`."""

    def __init__(self, namespace, site):
        self.destination = socket.inet_aton(site.lan_prefix.partition("/")[0])
        self.changes = []
        with namespace.inside():
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            self.socket.bind((0, RTMGRP_IPV4_ROUTE))
            self.names = {index: name for index, name in socket.if_nameindex()}
        self.socket.settimeout(0.2)
        self.ended = False
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def close(self):
        self.ended = True
        self.thread.join()
        self.socket.close()

    def _listen(self):
        while not self.ended:
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            now = time.time()
            for kind, body in _parts(data, MESSAGE):
                if kind == RTM_NEWROUTE:
                    attributes = dict(_parts(body[ROUTE.size:], ATTRIBUTE))
                    if attributes.get(RTA_DST) == self.destination and RTA_OIF in attributes:
                        self.changes.append((now, self.names[struct.unpack("=I", attributes[RTA_OIF])[0]]))


def _parts(data, header):
    """(type, body) of each message or attribute; both are length first and padded to four bytes."""
    while len(data) >= header.size:
        length, kind, *_ = header.unpack_from(data)
        if length < header.size:
            return
        yield kind, data[header.size:length]
        data = data[(length + 3) & ~3:]
