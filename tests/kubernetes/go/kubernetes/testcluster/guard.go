// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"jtsh.dev/tests/kubernetes/controlplane"
)

const (
	innerCommand = "serve-cluster"
	stopLimit    = 20 * time.Second
)

// guard is the outer half: it watches over the owner, passes stop signals on to the inner half and
// removes the directory when the inner half could not.
func guard(options runOptions) int {
	directory, err := claimDirectory(options.directory)
	if err != nil {
		fail(err)
	}
	defer os.RemoveAll(directory)
	parentBefore := os.Getppid()
	stop := make(chan os.Signal, 4)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	if options.owner == "parent" {
		// The second look closes the gap in which the parent went before prctl was in force.
		_ = unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0, 0, 0)
		if os.Getppid() != parentBefore {
			return 0
		}
	}
	inner, err := startInner(options.binaries, directory)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testcluster:", err)
		return 1
	}
	ended := make(chan error, 1)
	go func() { ended <- inner.Wait() }()
	ownerGone := make(chan struct{})
	if options.owner == "stdin" {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			close(ownerGone)
		}()
	}
	select {
	case err = <-ended:
		return exitStatus(err)
	case <-stop:
	case <-ownerGone:
	}
	_ = inner.Process.Signal(syscall.SIGTERM)
	select {
	case err = <-ended:
	case <-time.After(stopLimit):
		_ = inner.Process.Kill()
		err = <-ended
	}
	return exitStatus(err)
}

// claimDirectory makes the cluster's directory; one that holds anything belongs to somebody else.
func claimDirectory(name string) (string, error) {
	directory, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return "", err
	}
	if len(entries) > 0 {
		return "", fmt.Errorf("%s is not empty: a cluster wants a directory of its own", directory)
	}
	return directory, os.Chmod(directory, 0o700)
}

// startInner starts the half that runs the cluster, in namespaces of its own if that is allowed:
// at once for root, by way of a user namespace for others, not at all in some containers. There,
// a process that leaves its process group outlives the cluster.
func startInner(binaries, directory string) (*exec.Cmd, error) {
	own := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	ownAsUser := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS,
		// Everybody stays who they are; the right to mount counts in the namespace only.
		UidMappings: []syscall.SysProcIDMap{
			{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1},
		},
		GidMappings: []syscall.SysProcIDMap{
			{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1},
		},
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN},
	}
	var inner *exec.Cmd
	var err error
	for _, attributes := range []*syscall.SysProcAttr{own, ownAsUser, {}} {
		inner = innerProcess(binaries, directory, attributes)
		if err = inner.Start(); err == nil {
			break
		}
	}
	return inner, err
}

func innerProcess(binaries, directory string, attributes *syscall.SysProcAttr) *exec.Cmd {
	inner := exec.Command("/proc/self/exe", innerCommand, "--bin", binaries, directory)
	inner.Stdout, inner.Stderr = os.Stdout, os.Stderr
	inner.SysProcAttr = attributes
	// Ctrl-C at the terminal is ours to hear; the cluster ends in order.
	attributes.Setsid = true
	// Should this half be killed outright, the inner one still cleans up.
	attributes.Pdeathsig = syscall.SIGTERM
	return inner
}

func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() >= 0 {
		return ended.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "testcluster: the cluster's process:", err)
	return 1
}

// serve is the inner half: the cluster from start to end.
func serve(options runOptions) int {
	stopping, release := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer release()
	if os.Getpid() == 1 {
		mountOwnProc()
	}
	cluster := controlplane.New(options.binaries, options.directory)
	err := cluster.Start(stopping)
	if err == nil {
		fmt.Println(cluster.AdminKubeconfig())
		err = cluster.Wait(stopping)
	}
	interrupted := stopping.Err() != nil
	if err != nil && !interrupted {
		fmt.Fprintln(os.Stderr, "testcluster:", err)
		cluster.PrintLogTails(os.Stderr)
	}
	cluster.Stop()
	_ = os.RemoveAll(options.directory)
	if err != nil && !interrupted {
		return 1
	}
	return 0
}

// mountOwnProc lets /proc agree with the new PID namespace. Where it may not be mounted (some
// containers hide parts of it), pods see the outer one, which nothing here depends on.
func mountOwnProc() {
	if unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") == nil {
		_ = unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
}
