#include "render/openwrt.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "network/firewall.h"

namespace trimtab::render {

namespace {

// After the lines that name what is this site's. Whoever reaches the router through the mesh may lose his
// shell when the network is reloaded: without the first trap the firewall would stay as it was.
constexpr const char* kApply = R"sh(
refuse() {
  echo "$1" >&2
  exit 2
}

# The line of the file that is a key, wherever it was edited. It goes on in here-documents alone: arguments of a process
# everybody can read.
secret() {
  tr -d '\r' <"$key" | grep -xm1 '[A-Za-z0-9+/]\{43\}='
}

# What is trimtab's in a configuration.
sections() {
  uci show "$1" | sed -n "s/^$1\.\(trimtab_[A-Za-z0-9_]*\)=.*/\1/p; s/^$1\.\([A-Za-z0-9_]*\)\.trimtab=.*/\1/p"
}

# `uci batch` tells of a line that it cannot take, goes on with the next, and its status is 0.
stage() {
  said=$(uci batch 2>&1) || said=${said:-"uci batch failed"}
  [ -z "$said" ] || refuse "$1: $said"
}

# The underlay's peers, without the lines that $1 deletes. Each [Interface] adds to the one before: without a port in the
# file the one that it has stays.
peers() {
  WG_ENDPOINT_RESOLUTION_RETRIES=2 wg syncconf "$underlay" /proc/self/fd/0 2>&1 <<END
[Interface]
PrivateKey = $(secret)
ListenPort = $(wg show "$underlay" listen-port)
$(sed "$1" "$files/$underlay.conf")
END
}

case "$# ${1-}" in
  "0 ") remove= ;;
  "1 --remove") remove=yes ;;
  *) refuse "usage: $files/apply-uci [--remove]" ;;
esac
if [ ! "$remove" ]; then
  # Without a key netifd would make one, and nobody would know this site.
  secret >/dev/null 2>&1 || refuse "no private key in $key: \`trimtab keygen\` makes it"
  [ "$(secret | wg pubkey)" = "$public" ] ||
    refuse "$key is not site $site's: the mesh file has public key $public for it; no peer would shake hands"
  for file in uci.batch "$underlay.conf"; do
    [ -s "$files/$file" ] || refuse "no $files/$file: \`trimtab render\` makes it"
  done
  for device in $devices; do
    if uci -q get "network.$device" >/dev/null && ! uci -q get "network.$device.trimtab" >/dev/null; then
      refuse "network.$device exists and is not trimtab's: rename it, or the link's interface in the mesh file"
    fi
  done
fi
[ -z "$(uci changes network; uci changes firewall)" ] ||
  refuse "network or firewall has changes that are not committed (uci changes): commit or revert them first"

trap '' HUP
trap 'exit 2' INT TERM
trap 'uci revert network || :; uci revert firewall || :' EXIT
for config in network firewall; do
  for section in $(sections "$config"); do uci delete "$config.$section"; done
done
if [ ! "$remove" ]; then
  stage "$files/uci.batch" <"$files/uci.batch"
  stage "network.$underlay.private_key" <<END
set network.$underlay.private_key='$(secret)'
END
fi
trap '' INT TERM
uci commit network
uci commit firewall ||
  refuse "network is committed and firewall is not, and neither is reloaded: make room (df /overlay), then again"
trap - EXIT
failed=
/etc/init.d/network reload || failed="/etc/init.d/network reload"
/etc/init.d/firewall reload || failed="/etc/init.d/firewall reload"

# When told to reload, netifd looks at no peer's section: WireGuard gets them here, and nothing goes down. Where there is
# no interface (yet), netifd makes it with them.
there=/sys/class/net/$underlay
if [ "$remove" ]; then
  # firewall4 takes away no table but its own.
  ! nft list table inet $table >/dev/null 2>&1 || nft delete table inet $table
elif [ -e "$there" ] && ! said=$(peers '') && [ -e "$there" ]; then
  # A name that is not found would keep everything from WireGuard, a removed peer's leaving too.
  again=$(peers '/^Endpoint = [^[]*[A-Za-z]/d') || refuse "$underlay's peers are as before: $again"
  refuse "$said
$underlay has its peers, but endpoints with names are as before: run $files/apply-uci again when names are found"
fi
[ ! "$failed" ] || refuse "$failed failed: look at logread, then say it again"
)sh";

}  // namespace

std::string apply_script(const network::WantedState& state, const Router& router,
                         const std::vector<std::string>& devices, const mesh::PublicKey& own_key) {
  return "#!/bin/sh\n" + head("UCI sections", state) +
         fmt::format(
             R"sh(# Takes away what an earlier one made, and puts uci.batch there; with --remove, nothing. What is somebody else's
# stays.
set -eu
files="{0}"
key="{0}/private.key"
site={4}
public={5}
devices="{1}"
underlay={2}
table={3}
)sh",
             router.config_dir, fmt::join(devices, " "), network::kUnderlay, network::kTableName, state.site,
             mesh::format_public_key(own_key)) +
         kApply;
}

std::string bird_script(const network::WantedState& state, const Router& router) {
  return "#!/bin/sh /etc/rc.common\n" + head("BIRD", state) +
         fmt::format(R"sh(USE_PROCD=1
START=90
STOP=10

start_service() {{
  # {1} is in memory: after every boot the neutral metrics file is laid there first.
  [ -e /run ] || ln -s /var/run /run
  mkdir -p {1}
  [ -e {1}/metrics.conf ] || cp {0}/metrics.conf {1}/metrics.conf
  procd_open_instance
  procd_set_param command /usr/sbin/bird -f -c {0}/bird.conf -s {1}/bird.ctl
  procd_set_param respawn 3600 5 0
  procd_set_param stdout 1
  procd_set_param stderr 1
  procd_close_instance
}}

reload_service() {{
  birdc -s {1}/bird.ctl configure
}}
)sh",
                     router.config_dir, router.run_dir);
}

std::string daemon_script(const network::WantedState& state, const Router& router) {
  return "#!/bin/sh /etc/rc.common\n" + head("The daemon", state) +
         fmt::format(R"sh(USE_PROCD=1
START=91
STOP=10

start_service() {{
  procd_open_instance
  procd_set_param command /usr/bin/trimtab run --mesh {0}/mesh.toml --site {2} --config-dir {0} --run-dir {1} --socket {1}/trimtab.sock
  procd_set_param respawn 3600 5 0
  # procd tells a daemon to reload when one of its files is another.
  procd_set_param file {0}/mesh.toml
  procd_set_param reload_signal HUP
  procd_set_param stdout 1
  procd_set_param stderr 1
  procd_close_instance
}}
)sh",
                     router.config_dir, router.run_dir, state.site);
}

std::string keep_list(const Router& router) {
  return fmt::format(
      "{}/\n/etc/init.d/trimtab\n/etc/init.d/trimtab-bird\n/etc/sysctl.d/90-trimtab.conf\n"
      "/lib/upgrade/keep.d/trimtab\n",
      router.config_dir);
}

std::string openwrt_settings(const network::WantedState& state) {
  std::string text = head("Kernel settings", state) +
                     "# The larger of `all` and the interface's own is in force.\n"
                     "net.ipv4.ip_forward=1\n"
                     "net.ipv4.conf.all.rp_filter=0\n";
  for (const std::string& name : state.link_interfaces) {
    text += fmt::format("net.ipv4.conf.{}.rp_filter=0\n", name);
  }
  if (routes_ipv6(state)) text += "net.ipv6.conf.all.forwarding=1\n";
  return text;
}

}  // namespace trimtab::render
