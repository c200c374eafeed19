// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"golang.org/x/sys/unix"
)

// heldPort is a free loopback port that no other program can be given. It is bound with
// SO_REUSEPORT and never listens, so a server told to share ports may bind it too and gets all
// connections. That closes the gap between finding a free port and using it.
type heldPort struct {
	descriptor int
	number     int
}

func holdFreePort() (*heldPort, error) {
	descriptor, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	port := &heldPort{descriptor: descriptor}
	if err := port.bind(); err != nil {
		port.release()
		return nil, err
	}
	return port, nil
}

func (p *heldPort) bind() error {
	err := unix.SetsockoptInt(p.descriptor, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	if err != nil {
		return err
	}
	loopback := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := unix.Bind(p.descriptor, loopback); err != nil {
		return err
	}
	bound, err := unix.Getsockname(p.descriptor)
	if err == nil {
		p.number = bound.(*unix.SockaddrInet4).Port
	}
	return err
}

func (p *heldPort) release() {
	_ = unix.Close(p.descriptor)
}
