package main

import (
	"fmt"
	"strings"
)

// Ports of the proxy's listeners on loopback, and who may pass.
type Rules struct {
	ProxyUID    int // user of the proxy alone; its packets pass
	CapturePort int // where all other TCP ends
	DNSPort     int // where all other DNS ends, TCP and UDP
}

// Table is the name of the one nftables table, of family inet.
const Table = "ambit"

// Install is one transaction that puts the rules in force, whatever was there of them before. A CNI
// plugin hands it to nft in a pod's namespace just as this program does.
func (r Rules) Install() string {
	return Remove() + strings.NewReplacer(
		"TABLE", Table,
		"PROXY", fmt.Sprint(r.ProxyUID),
		"CAPTURE", fmt.Sprint(r.CapturePort),
		"NAMES", fmt.Sprint(r.DNSPort),
	).Replace(rules)
}

// Remove is one transaction that ends them, and no error where there are none.
func Remove() string {
	return fmt.Sprintf("add table inet %[1]s\ndelete table inet %[1]s\n", Table)
}

// The chains in the order in which a packet of the pod meets them.
//
// nat_out turns what would leave to the proxy. filter_out lets pass what was turned, the proxy's
// own, and answers to whoever dialled in; all else fails at once, so that clients of HTTP/3 fall
// back to TCP. A flow of the proxy is known by its mark once its socket is closed, since what is
// still to be sent then has no owner; a first SYN never is. After a redirect filter_out still sees
// the old interface, so it goes by the new destination. leave is last and knows the real interface: a
// socket bound to a device would else carry a redirected packet out of the pod.
const rules = `table inet TABLE {
	counter blocked_tcp { }
	counter blocked_udp { }
	counter blocked_other { }
	chain nat_out {
		type nat hook output priority -100; policy accept;
		meta skuid PROXY return
		meta l4proto { tcp, udp } th dport 53 redirect to :NAMES
		oifname "lo" return
		meta l4proto tcp redirect to :CAPTURE
	}
	chain filter_out {
		type filter hook output priority 0; policy drop;
		oifname "lo" accept
		ip daddr 127.0.0.1 ct status dnat accept
		ip6 daddr ::1 ct status dnat accept
		meta skuid PROXY meta l4proto tcp ct mark set PROXY accept
		meta skuid PROXY accept
		ct mark PROXY tcp flags & (syn | ack) != syn accept
		meta l4proto tcp ct state established ct direction reply accept
		icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report } accept
		meta l4proto tcp counter name blocked_tcp reject with tcp reset
		meta l4proto udp counter name blocked_udp reject
		counter name blocked_other reject
	}
	chain leave {
		type filter hook postrouting priority 0; policy accept;
		oifname != "lo" ip daddr 127.0.0.0/8 counter name blocked_other drop
		oifname != "lo" ip6 daddr ::1 counter name blocked_other drop
	}
}
`
