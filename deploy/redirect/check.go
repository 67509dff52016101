package main

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// Long enough for a loaded node; a redirect answers within a millisecond.
const patience = 3 * time.Second

// Addresses of documentation: nobody has them (RFC 5737, RFC 3849).
var nowhere = []string{"192.0.2.1", "2001:db8::1"}

// check proves the rules from inside: it takes the proxy's place for a moment, dials an address
// that nobody has and must meet itself, by TCP and by DNS; other UDP must fail at once. It runs
// before the proxy does, as any user but the proxy's.
func (r Rules) check() error {
	for i, address := range nowhere {
		destination := net.ParseIP(address)
		routed, err := routed(destination)
		if err != nil {
			return err
		}
		if !routed {
			if i == 0 {
				return fmt.Errorf("%s: no route (expected: a pod's network with a default route)", address)
			}
			continue // No IPv6 here, so nothing of it can leave.
		}
		if err := r.meetsItselfByTCP(destination); err != nil {
			return err
		}
		if err := r.meetsItselfByDNS(destination); err != nil {
			return err
		}
		if err := fails(destination); err != nil {
			return err
		}
	}
	return nil
}

// routed says whether the kernel would send to the address at all. Nothing is sent.
func routed(ip net.IP) (bool, error) {
	socket, err := net.DialUDP("udp", nil, &net.UDPAddr{IP: ip, Port: 9})
	switch {
	case err == nil:
		socket.Close()
		return true, nil
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH),
		errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT):
		return false, nil
	default:
		return false, fmt.Errorf("%s: %w", ip, err)
	}
}

func loopback(of net.IP) net.IP {
	if of.To4() != nil {
		return net.IPv4(127, 0, 0, 1)
	}
	return net.IPv6loopback
}

func (r Rules) meetsItselfByTCP(destination net.IP) error {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: loopback(destination), Port: r.CapturePort})
	if err != nil {
		return fmt.Errorf("port %d: %w (expected: free; the check runs before the proxy)", r.CapturePort, err)
	}
	defer listener.Close()
	target := &net.TCPAddr{IP: destination, Port: 443}
	dialled, err := net.DialTimeout("tcp", target.String(), patience)
	if err != nil {
		return fmt.Errorf("TCP to %s: %w (expected: turned to port %d)", target, err, r.CapturePort)
	}
	defer dialled.Close()
	listener.SetDeadline(time.Now().Add(patience))
	met, err := listener.Accept()
	if err != nil {
		return fmt.Errorf("TCP to %s: left the pod (expected: turned to port %d)", target, r.CapturePort)
	}
	defer met.Close()
	if met.RemoteAddr().String() != dialled.LocalAddr().String() {
		return fmt.Errorf("port %d: met %s (expected: itself, %s)", r.CapturePort, met.RemoteAddr(), dialled.LocalAddr())
	}
	return nil
}

func (r Rules) meetsItselfByDNS(destination net.IP) error {
	listener, err := net.ListenUDP("udp", &net.UDPAddr{IP: loopback(destination), Port: r.DNSPort})
	if err != nil {
		return fmt.Errorf("port %d: %w (expected: free; the check runs before the proxy)", r.DNSPort, err)
	}
	defer listener.Close()
	target := &net.UDPAddr{IP: destination, Port: 53}
	asking, err := net.DialUDP("udp", nil, target)
	if err != nil {
		return fmt.Errorf("DNS to %s: %w", target, err)
	}
	defer asking.Close()
	if _, err := asking.Write([]byte("?")); err != nil {
		return fmt.Errorf("DNS to %s: %w (expected: turned to port %d)", target, err, r.DNSPort)
	}
	listener.SetDeadline(time.Now().Add(patience))
	if _, _, err := listener.ReadFromUDP(make([]byte, 1)); err != nil {
		return fmt.Errorf("DNS to %s: left the pod (expected: turned to port %d)", target, r.DNSPort)
	}
	return nil
}

// fails sends what HTTP/3 would begin with. The rules refuse it while it is sent or by an ICMP
// message right after.
func fails(destination net.IP) error {
	target := &net.UDPAddr{IP: destination, Port: 443}
	socket, err := net.DialUDP("udp", nil, target)
	if err != nil {
		return nil
	}
	defer socket.Close()
	socket.SetDeadline(time.Now().Add(patience))
	if _, err := socket.Write([]byte("?")); err != nil {
		return nil
	}
	if _, err := socket.Read(make([]byte, 1)); errors.Is(err, syscall.ECONNREFUSED) {
		return nil
	}
	return fmt.Errorf("UDP to %s: left the pod (expected: refused at once)", target)
}
