"""What BIRD answers and what its metrics file may hold. Real replies come from golden/bird."""

import pathlib

GOLDEN = pathlib.Path(__file__).parents[2] / "golden"
SEEDS = {}

REPLIES = {path.stem: path.read_bytes() for path in (GOLDEN / "bird" / "replies").glob("*.txt")}
WELCOME = "0001 BIRD 2.0.12 ready.\n"
SEEDS["bird_reply"] = {f"real-{name}": text for name, text in REPLIES.items()} | {
    "no-final-newline": "0013 Daemon is up and running",
    "missing-code": "1000-BIRD 2.0.12\n Server time\nno code\n0013 \n",
    "letters-in-code": "00x3 Reconfigured\n",
    "code-too-short": "003 Reconfigured\n",
    "code-alone": "0003\n",
    "nothing-but-newlines": "\n\n\n",
    "continuation-first": " a line without code before\n",
    "line-long": "1000-" + "x" * 5000 + "\n",
    "nul": b"1000-BIRD \0 2\0\n0013 \0\n",
    "plus-lines-in-between": "1002-a Static\n+ asynchronous\n0000 \n",
    "code-9999": "9999 not understood\n",
    "restricted": "0016 Access restricted\n",
    "cr-lf": "0001 BIRD 2.0.12 ready.\r\n0000 \r\n",
    "two-replies-and-a-half": WELCOME + "0003 Reconfigured\n1007-10.10.4.0/24 unica",
    "columns-missing": "2002-name proto\n1002-a BGP\n1020-10.0.0.1 x\n0000 \n",
    "numbers-beyond-32-bits": "1007-10.10.4.0/24 unicast [site_2 23:01:27.123] * (100) [AS99999999999i]\n"
    "1012-\tBGP.as_path: 4294967296 1 x\n\tBGP.large_community: (1, 2) (3, 4, 5\n0000 \n",
    "route-brackets-crossed": "1007-10.10.4.0/24 unicast ]site_2[ *\n1007-[\n1007-]\n1007-[]\n0000 \n",
    "last-reboot-nonsense": "1000-BIRD 2.0.12\n1011-Last reboot on 9999-99-99 99:99:99\n"
    "1011-Last reboot on -999-12-31 -9:-9:-9\n0013 \n",
    "version-nonsense": "0001 BIRD  ready.\n",
}


def esc(letters):
    return "".join("\x1b" + letter for letter in letters)


STATUS = REPLIES["status"].decode()
SETTLED = WELCOME + STATUS + REPLIES["protocols"].decode() + REPLIES["bfd"].decode()
SEEDS["bird_conversation"] = {
    "settled": esc("s") + WELCOME + esc("-") + STATUS + esc("-") + REPLIES["protocols"].decode() + esc("-") +
    REPLIES["bfd"].decode() + esc("s") + REPLIES["protocols"].decode(),
    "published": esc("s5") + WELCOME + esc("-") + STATUS + esc("-") + "0020 Configuration OK\n" + esc("-") +
    "0003 Reconfigured\n" + esc("7s") + "8002 /etc/bird.conf:1:2 syntax error\n" + esc("s"),
    "in-progress-and-queued": esc("s5") + WELCOME + esc("-") + STATUS + esc("-") + "0020 \n" + esc("-") +
    "0004 Reconfiguration in progress\n" + esc("6s") + "0020 \n" + esc("-") + "0005 Reconfiguration queued\n",
    "reply-after-time-out": esc("s") + WELCOME + esc("q-S") + STATUS + esc("s") + WELCOME + STATUS,
    "close-in-mid-reply": esc("s") + WELCOME + esc("-") + "1000-BIRD 2.0" + esc("c") + ".12\n" + esc("sS") + WELCOME,
    "greeting-of-another-version": esc("s") + "0001 BIRD 2.0.9 ready.\n" + esc("sS") + WELCOME,
    "greeting-twice": esc("s") + WELCOME + WELCOME,
    "greeting-and-more-in-one": esc("s") + SETTLED,
    "greeting-silent": esc("sSSs") + WELCOME,
    "answer-unasked": esc("s") + WELCOME + esc("-") + STATUS + STATUS + STATUS,
    "not-bird": esc("s") + "HTTP/1.1 400 Bad Request\r\n\r\n" + esc("sSs"),
    "connect-fails": esc("sfsfSfSf"),
    "routes-in-parts": esc("s") + WELCOME + esc("-") + STATUS + esc("r-") + REPLIES["protocols"].decode() + esc("-") +
    REPLIES["bfd"].decode() + esc("-") + REPLIES["routes_reading"].decode()[:200] + esc("-") +
    REPLIES["routes_reading"].decode()[200:] + esc("s"),
    "files-fail": esc("s5e") + WELCOME + esc("-") + STATUS + esc("-") + "0020 \n" + esc("e7s") + "0003 \n",
    "queries-too-many": esc("s") + WELCOME + esc("q" * 20) + STATUS + esc("-") + "8001 Network not found\n",
}

METRICS = (GOLDEN / "bird" / "b.metrics.conf").read_text()
VALUES = "define COST_1 = 213;\ndefine FAVOUR_1 = 57;\ndefine FAVOURED_1 = [ 10.10.4.0/24, 10.10.5.0/24 ];\n"
END = "define METRICS_COMPLETE = 1;\n"
SEEDS["metrics"] = {
    "real-path": METRICS,
    "real-score": (GOLDEN / "bird" / "c_score.metrics.conf").read_text(),
    "favours": VALUES + END,
    "without-favours": "define COST_1 = 213;\ndefine COST_3 = 10000000;\n" + END,
    "truncated-to-0": "",
    "truncated": METRICS[:-9],
    "truncated-before-the-end": VALUES,
    "of-another-mesh": VALUES.replace("_1", "_77") + END,
    "of-another-policy": "define PREFERENCE_1 = 200;\n" + END,
    "more-after-the-end": VALUES + END + VALUES,
    "favour-of-another": VALUES.replace("FAVOUR_1", "FAVOUR_2") + END,
    "favour-above-all": VALUES.replace("57", "1001") + END,
    "prefix-host-bits": VALUES.replace("10.10.4.0", "10.10.4.1") + END,
    "prefixes-not-in-order": VALUES.replace("10.10.4", "10.10.6") + END,
    "prefix-ipv6": VALUES.replace("10.10.4.0/24", "fd00::/64") + END,
    "set-empty": VALUES.replace("10.10.4.0/24, 10.10.5.0/24", "0.0.0.0/32") + END,
    "set-cut": VALUES.replace("[ 10.10.4.0/24, 10.10.5.0/24 ]", "[ ]") + END,
    "value-0": VALUES.replace("213", "0") + END,
    "value-beyond": VALUES.replace("213", "10000001") + END,
    "value-2-32": VALUES.replace("213", "4294967296") + END,
    "site-0": VALUES.replace("_1", "_0") + END,
    "twice": VALUES + VALUES + END,
    "mixed-policies": VALUES + "define PREFERENCE_3 = 9;\n" + END,
    "crlf": (VALUES + END).replace("\n", "\r\n"),
    "nul": VALUES.replace("213", "21\0003") + END,
    "injection": VALUES.replace("213", "213; } protocol device {") + END,
    "leading-zeros": VALUES.replace("213", "0213") + END,
}
