// ICMPv6 echo (RFC 4443), with the same requests and answers as over IPv4. A raw socket delivers the message
// without its IPv6 header. The checksum, which covers addresses out of that header, is the kernel's: it fills
// in what we send and drops what does not match.
#pragma once

#include "probe/icmp.h"

namespace trimtab::probe {

Bytes encode_icmp6(const EchoRequest& request);

// `source`: where the message came from.
Answer decode_icmp6(const IpAddress& source, ByteSpan message);

}  // namespace trimtab::probe
