#include "render/openwrt.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace trimtab::render {

std::string apply_script(const network::WantedState& state, const Router& router,
                         const std::vector<std::string>& devices) {
  return "#!/bin/sh\n" + head("UCI sections", state) +
         fmt::format(
             R"sh(# Takes away what an earlier one made, and puts uci.batch there. What is somebody else's stays.
set -eu
key={0}/private.key
[ -s "$key" ] || {{ echo "no $key: \`trimtab keygen\` makes it" >&2; exit 2; }}

for device in {1}; do
  if uci -q get "network.$device" >/dev/null && ! uci -q get "network.$device.trimtab" >/dev/null; then
    echo "network.$device exists and is not trimtab's: rename it, or the link's interface in the mesh file" >&2
    exit 2
  fi
done

sections() {{
  uci show "$1" | sed -n "s/^$1\.\(trimtab_[A-Za-z0-9_]*\)=.*/\1/p; s/^$1\.\([A-Za-z0-9_]*\)\.trimtab=.*/\1/p"
}}
for config in network firewall; do
  for section in $(sections "$config"); do uci delete "$config.$section"; done
done
uci batch <{0}/uci.batch
# Without a key netifd would make one, and nobody would know this site.
uci set "network.{2}.private_key=$(cat "$key")"
uci commit network
uci commit firewall
/etc/init.d/network reload
/etc/init.d/firewall reload
)sh",
             router.config_dir, fmt::join(devices, " "), network::kUnderlay);
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
