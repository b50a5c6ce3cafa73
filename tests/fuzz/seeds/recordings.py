"""Recorded traces and matrices, packed and not."""

import gzip
import zlib

SEEDS = {}

TRACE = "time_s,a>b,b>a\n" + "".join(f"{15 * i},{20 + i % 3},{21 + i % 2}\n" for i in range(20))
LABELLED = "time_s,trace,rtt_ms,loss,change\n" + "".join(
    f"{240 * i},one,{20 if i < 9 else 40},0,{int(i == 9)}\n" for i in range(20))
PACKED = gzip.compress(TRACE.encode(), mtime=0)
SEEDS["recorded"] = {
    "trace": TRACE,
    "trace-packed": PACKED,
    "trace-packed-cut": PACKED[:-20],
    "trace-packed-header-alone": PACKED[:10],
    "trace-packed-twice": PACKED + gzip.compress(b"400,1,2\n", mtime=0),
    "trace-packed-more-after": PACKED + b"x",
    "trace-packed-damaged": PACKED[:30] + bytes([PACKED[30] ^ 0x55]) + PACKED[31:],
    "trace-packed-wrong-sum": PACKED[:-8] + bytes(4) + PACKED[-4:],
    "gzip-bomb-3-mib": gzip.compress(bytes(3 << 20), mtime=0),
    "gzip-bomb-of-members": gzip.compress(b"", mtime=0) * 200,
    "gzip-header-alone": b"\x1f\x8b",
    "gzip-empty": gzip.compress(b"", mtime=0),
    "gzip-name-unending": b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 200,
    "zlib-not-gzip": zlib.compress(TRACE.encode()),
    "trace-time-back": TRACE + "1,2,3\n",
    "trace-time-same": TRACE + "285,2,3\n",
    "trace-time-nan": TRACE + "nan,2,3\n",
    "trace-time-1e300": TRACE + "1e300,2,3\n",
    "trace-time-tiny-steps": "time_s,a>b\n0,1\n1e-300,2\n2e-300,3\n",
    "trace-time-a-century": "time_s,a>b\n-3153600000,1\n3153600000,2\n",
    "trace-rtt-nan": TRACE + "300,nan,inf\n",
    "trace-rtt-minus": TRACE + "300,-1,0\n",
    "trace-rtt-2-32": TRACE + "300,4294967296,1\n",
    "trace-cut": TRACE[:-3],
    "trace-columns-more": TRACE + "300,1,2,3\n",
    "trace-column-twice": "time_s,a>b,a>b\n0,1,1\n",
    "trace-column-nonsense": "time_s,a>,>b,>,a>a\n0,1,1,1,1\n",
    "trace-arrows": "time_s,a>b>c,b>c>a\n0,1,1\n15,1,1\n",
    "trace-no-values": "time_s,a>b\n0,\n15,\n30,\n",
    "trace-header-alone": "time_s,a>b\n",
    "trace-hosts-300": "time_s," + ",".join(f"h{i}>x" for i in range(300)) + "\n",
    "trace-sparse-of-many-hosts": "time_s," + ",".join(f"{2 * i}>{2 * i + 1}" for i in range(128)) + "\n" +
    "".join(f"{i}{',' * 128}\n" for i in range(20)),
    "trace-crlf": TRACE.replace("\n", "\r\n"),
    "trace-utf16": TRACE.encode("utf-16"),
    "labelled": LABELLED,
    "labelled-clock-back": LABELLED + "4557,one,20,0,0\n" + "4000,one,20,0,0\n",
    "labelled-again": LABELLED + "0,two,1,0,0\n0,one,1,0,0\n",
    "labelled-all-lost": "time_s,trace,rtt_ms,loss,change\n" + "0,one,,1,1\n" * 9,
    "labelled-all-marked": LABELLED.replace(",0\n", ",1\n"),
    "labelled-no-time-passes": "time_s,trace,rtt_ms,loss,change\n" + "7,one,20,0,0\n" * 9,
    "labelled-nan": LABELLED + "nan,one,nan,0,0\n",
    "labelled-flag": LABELLED + "9999,one,1,2,0\n",
    "labelled-header-alone": "time_s,trace,rtt_ms,loss,change\n",
    "matrix": ",10,20\n10,,30\n20,30,\n",
    "matrix-not-square": ",10,20\n10,,30\n",
    "matrix-too-many-lines": ",1\n1,\n1,\n",
    "matrix-diagonal": "0,1\n1,5\n",
    "matrix-empty-cells": ",\n,\n",
    "matrix-nan": ",nan\n1,\n",
    "matrix-columns-1100": "," * 1100 + "\n\n",
    "empty": "",
}
