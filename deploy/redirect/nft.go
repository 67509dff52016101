package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

const capNetAdmin = 12 // CAP_NET_ADMIN, capabilities(7)

// apply hands one transaction to nft: all of it comes into force, or nothing.
func apply(transaction string) error {
	nft := exec.Command("nft", "-f", "-")
	nft.Stdin = strings.NewReader(transaction)
	var said bytes.Buffer
	nft.Stderr = &said
	if os.Geteuid() != 0 {
		// A file capability is not inherited by itself; root's is.
		nft.SysProcAttr = &syscall.SysProcAttr{AmbientCaps: []uintptr{capNetAdmin}}
	}
	err := nft.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("nft: not found (expected: package nftables on PATH)")
	case errors.Is(err, syscall.EPERM) || strings.Contains(said.String(), "Operation not permitted"):
		return errors.New("nft: not permitted (expected: CAP_NET_ADMIN in the pod's network namespace)")
	case err != nil:
		return fmt.Errorf("nft: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}
