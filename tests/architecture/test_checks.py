"""The checks themselves: each finds what it is there to find."""

import unittest

import folders
import includes
import symbols

TABLE = """
| folder | owns | may include |
| --- | --- | --- |
| `util` | Result | the standard library, fmt |
| `mesh` | the file | `util` |
| `probe` | pure: codec | `util`, `mesh` |
| `engine` | joins them | all pure folders above |
| `os` | system calls | `util` |
| `daemon` | carries | `engine` and what it may include, `os` |
| `cli` | commands | all |
"""


class Table(unittest.TestCase):
    def test_reads_who_may_include_whom(self):
        rules = folders.allowed(TABLE)
        self.assertEqual(rules["util"], {"util"})
        self.assertEqual(rules["probe"], {"probe", "util", "mesh"})
        self.assertEqual(rules["engine"], {"engine", "util", "mesh", "probe"})
        self.assertEqual(rules["os"], {"os", "util"})
        self.assertEqual(rules["daemon"], {"daemon", "engine", "util", "mesh", "probe", "os"})
        self.assertEqual(rules["cli"], set(rules))

    def test_the_real_one_knows_every_folder_of_src(self):
        present = {path.name for path in (folders.ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual(present - set(folders.rules()), set())


class Includes(unittest.TestCase):
    def mistakes(self, path, text):
        return [number for number, _ in includes.mistakes_in(path, text, folders.allowed(TABLE))]

    def test_finds_what_the_table_forbids(self):
        self.assertEqual(self.mistakes("probe/icmp.cc", '#include "probe/icmp.h"\n#include "mesh/mesh.h"\n'), [])
        self.assertEqual(self.mistakes("probe/icmp.cc", '#include <vector>\n#include "os/clock.h"\n'), [2])
        self.assertEqual(self.mistakes("os/clock.h", '#  include "mesh/mesh.h"\n'), [1])
        self.assertEqual(self.mistakes("probe/icmp.cc", '#include "icmp.h"\n'), [1])
        self.assertEqual(self.mistakes("attic/old.cc", ""), [1])

    def test_finds_impure_headers(self):
        self.assertEqual(self.mistakes("probe/icmp.cc", "#include <array>\n#include <ctime>\n"), [2])
        self.assertEqual(self.mistakes("os/clock.cc", "#include <ctime>\n"), [])


class Symbols(unittest.TestCase):
    def mistakes(self, *names):
        output = "\nclock.cc.o:\n" + "".join(f"                 U {name}\n" for name in names)
        return [symbol for _, symbol in symbols.mistakes_in(output)]

    def test_finds_clocks_sockets_files_and_chance(self):
        for name in ("clock_gettime", "time", "socket", "getrandom", "open", "read", "_ZSt4cout",
                     "_ZNSt6chrono3_V212system_clock3nowEv", "_ZNSt6chrono3_V212steady_clock3nowEv",
                     "_ZNSt13random_device7_M_finiEv", "_ZNSt14basic_ifstreamIcSt11char_traitsIcEEC1Ev",
                     "randombytes_buf", "crypto_kx_keypair", "clock_gettime@GLIBC_2.17"):
            self.assertEqual(self.mistakes(name), [name.split("@")[0]])

    def test_leaves_the_rest_alone(self):
        self.assertEqual(self.mistakes("memcpy", "strerror", "abort", "crypto_hash_sha256", "timegm",
                                       "_ZN7trimtab4mesh4readEv", "__asan_init"), [])


if __name__ == "__main__":
    unittest.main()
