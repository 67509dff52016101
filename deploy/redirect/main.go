// Ambit-redirect turns everything that leaves a pod to its proxy, and proves it.
//
// It runs in the pod's network namespace before anything else does, as an init container with
// CAP_NET_ADMIN and nothing more, and never as the proxy's user.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 64
	portMax    = 65535
	uidMax     = 1<<32 - 2
)

const usage = `Usage: ambit-redirect COMMAND [OPTIONS]

Commands:
  install   puts the rules in force, in one transaction, and checks them; again is no error
  check     proves that the rules hold, before the proxy runs; changes nothing
  remove    ends the rules; none is no error
  rules     prints what install hands to nft

Options:
  --proxy-uid N      user of the proxy alone, whose packets pass (default 2112)
  --capture-port N   where the proxy takes all other TCP (default 15001)
  --dns-port N       where the proxy answers DNS (default 15053)

Examples:
  ambit-redirect install
  ambit-redirect rules --proxy-uid 3000 | nft --check -f -

Exit codes: 0 done; 1 not so, stderr says why; 64 wrong usage.
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(words []string, out, err io.Writer) int {
	if len(words) > 0 && (words[0] == "--help" || words[0] == "-h") {
		fmt.Fprint(out, usage)
		return exitDone
	}
	if len(words) == 0 {
		fmt.Fprint(err, usage)
		return exitUsage
	}
	rules, wrong := options(words[1:])
	if wrong != nil {
		fmt.Fprintln(err, "ambit-redirect:", wrong)
		return exitUsage
	}
	var failed error
	switch words[0] {
	case "install":
		failed = install(rules)
	case "check":
		failed = rules.check()
	case "remove":
		failed = apply(Remove())
	case "rules":
		fmt.Fprint(out, rules.Install())
	default:
		fmt.Fprintf(err, "ambit-redirect: %s (expected: install, check, remove or rules; --help)\n", words[0])
		return exitUsage
	}
	if failed != nil {
		fmt.Fprintln(err, "ambit-redirect:", failed)
		return exitFailed
	}
	return exitDone
}

func options(words []string) (Rules, error) {
	var rules Rules
	set := flag.NewFlagSet("ambit-redirect", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.IntVar(&rules.ProxyUID, "proxy-uid", 2112, "")
	set.IntVar(&rules.CapturePort, "capture-port", 15001, "")
	set.IntVar(&rules.DNSPort, "dns-port", 15053, "")
	if err := set.Parse(words); err != nil {
		return rules, err
	}
	switch {
	case set.NArg() > 0:
		return rules, fmt.Errorf("%s (expected: options alone)", set.Arg(0))
	case rules.ProxyUID < 1 || rules.ProxyUID > uidMax:
		// User 0 would let everything pass that became root.
		return rules, fmt.Errorf("--proxy-uid: %d (expected: 1 to %d)", rules.ProxyUID, uidMax)
	case rules.CapturePort < 1 || rules.CapturePort > portMax:
		return rules, fmt.Errorf("--capture-port: %d (expected: 1 to %d)", rules.CapturePort, portMax)
	case rules.DNSPort < 1 || rules.DNSPort > portMax || rules.DNSPort == rules.CapturePort:
		return rules, fmt.Errorf("--dns-port: %d (expected: 1 to %d, another than --capture-port)", rules.DNSPort, portMax)
	}
	return rules, nil
}

func install(rules Rules) error {
	if os.Geteuid() == rules.ProxyUID {
		return errors.New("user: the proxy's own (expected: another, so that the check means something)")
	}
	if err := apply(rules.Install()); err != nil {
		return err
	}
	return rules.check()
}
