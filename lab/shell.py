#!/usr/bin/python3
"""`./dev lab`: a shell in a running lab. Its own words are shell functions; everything else is the system's."""

import os
import shlex
import subprocess
import sys
import tempfile

from screen import Wait, heading, paint, say, table
from topology.mesh import Lab
from topology.site import TRIMTAB
from topology.wire import QUEUE

WORDS = [("at a COMMAND…", "run it on router a (also b, c, d; a-lan is its LAN host): at a ip route, at a wg"),
         ("at a trimtab status", "trimtab with that router's files: status, explain d, events, plan"),
         ("at a birdc show route", "BIRD's own command line"),
         ("slow B D 100", "100 ms more from B to D; slow D B 100 for the other direction"),
         ("lose A B 20", "a fifth of the packets from A to B is lost; lose B A 20 for the other direction"),
         ("cut B D", "both directions silent; heal puts every wire back"),
         ("watch -n1 …", "as ever; exit ends the lab")]


def functions(lab):
    """What the shell reads first."""
    lines = ['PS1="lab\\$ "', f"repository={shlex.quote(os.getcwd())}"]
    lines += [f"delay_{wire}={wire.healthy.delay_ms}" for wire in lab.wires.values()]
    lines.append(rf"""
at() {{
  local where=$1 site=${{1%-lan}} program=$2; shift 2
  local files={shlex.quote(str(lab.directory))}/$site
  case $program in
    trimtab)
      local directories=()
      case $1 in plan|up|confirm|down|run) directories=(--config-dir "$files/etc" --run-dir "$files/run") ;; esac
      set -- {shlex.quote(TRIMTAB)} "$@" --mesh "$files/etc/mesh.toml" --site "$site" \
        --socket "$files/run/trimtab.sock" "${{directories[@]}}" ;;
    birdc) set -- birdc -s "$files/run/bird.ctl" "$@" ;;
    *) set -- "$program" "$@" ;;
  esac
  ip netns exec {lab.prefix}-$where "$@"
}}
shape() {{ # FROM TO MORE-DELAY NETEM-WORD...
  local from=${{1,,}} to=${{2,,}} more=$3; shift 3
  local pair=delay_${{from^^}}${{to^^}}; [ -n "${{!pair:-}}" ] || pair=delay_${{to^^}}${{from^^}}
  [ -n "${{!pair:-}}" ] || {{ echo "no wire between $from and $to" >&2; return 1; }}
  tc -n {lab.prefix}-$from qdisc replace dev wan-$to root netem limit {QUEUE} delay $((${{!pair}} + more))ms "$@"
}}
slow() {{ shape "$1" "$2" "$3"; }}
lose() {{ shape "$1" "$2" 0 loss "$3%"; }}
cut() {{ shape "$1" "$2" 0 loss 100% && shape "$2" "$1" 0 loss 100%; }}
heal() {{ local wire; for wire in {" ".join(lab.wires)}; do
  shape ${{wire:0:1}} ${{wire:1:1}} 0; shape ${{wire:1:1}} ${{wire:0:1}} 0; done; }}
""")
    return "\n".join(lines)


def main():
    with Wait("building the lab") as wait:
        lab = Lab(name="shell", say=lambda text: wait.turn(text.strip()))
        lab.__enter__()
    try:
        with Wait("up, and every link measured") as wait:
            lab.up()
            lab.steer()
        heading("a lab of four sites: a, b, c, d")
        table(["SAY", "TO"], WORDS)
        say(paint(f"  logs: {lab.kept_logs}", "dim"))
        with tempfile.NamedTemporaryFile("w", suffix=".sh", dir=lab.directory) as first:
            first.write(functions(lab))
            first.flush()
            return subprocess.run(["bash", "--rcfile", first.name, "-i"]).returncode
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
