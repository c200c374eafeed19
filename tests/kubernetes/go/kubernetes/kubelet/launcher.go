// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// EnterPodCommand is the name under which this program starts itself to become a pod's process:
// it is followed by the pod's directory and the command line.
const EnterPodCommand = "enter-pod"

const (
	ownProgram       = "/proc/self/exe"
	exitCannotEnter  = 126
	exitNotFound     = 127
	exitSignalOffset = 128
)

// launcher makes the command that starts a process of a pod.
type launcher struct {
	privateTmp bool
}

// findLauncher tries out whether pods can have a /tmp of their own: that needs the right to mount.
func findLauncher(directory string, log *log.Logger) launcher {
	trial := filepath.Join(directory, "trial")
	if err := makePodDirectory(trial); err != nil {
		return launcher{}
	}
	defer os.RemoveAll(trial)
	private := launcher{privateTmp: true}
	if output, err := private.command(trial, []string{"true"}, nil).CombinedOutput(); err != nil {
		log.Printf("pods share /tmp: %v: %s", err, output)
		return launcher{}
	}
	return private
}

func makePodDirectory(directory string) error {
	return os.MkdirAll(podTmp(directory), 0o700)
}

func podTmp(directory string) string {
	return filepath.Join(directory, "tmp")
}

func (l launcher) command(directory string, argv, environment []string) *exec.Cmd {
	var command *exec.Cmd
	home := podTmp(directory)
	if l.privateTmp {
		arguments := append([]string{EnterPodCommand, directory}, argv...)
		command = exec.Command(ownProgram, arguments...)
		command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
		home = "/tmp"
	} else {
		command = exec.Command(argv[0], argv[1:]...)
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.Dir = podTmp(directory)
	command.Env = append([]string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=" + home,
	}, environment...)
	return command
}

// EnterPod runs in the new mount namespace: it puts the pod's own directory over /tmp and becomes
// the command. It does not come back.
func EnterPod(arguments []string) {
	if len(arguments) < 2 {
		leave(exitCannotEnter, errors.New("a directory and a command are needed"))
	}
	directory, argv := arguments[0], arguments[1:]
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		leave(exitCannotEnter, err)
	}
	if err := syscall.Mount(podTmp(directory), "/tmp", "", syscall.MS_BIND, ""); err != nil {
		leave(exitCannotEnter, err)
	}
	if err := os.Chdir("/tmp"); err != nil {
		leave(exitCannotEnter, err)
	}
	program, err := exec.LookPath(argv[0])
	if err != nil {
		leave(exitNotFound, err)
	}
	leave(exitCannotEnter, syscall.Exec(program, argv, os.Environ()))
}

func leave(status int, err error) {
	fmt.Fprintln(os.Stderr, "cannot start the pod's process:", err)
	os.Exit(status)
}

// killGroup ends the process and all it started that stayed in its group.
func killGroup(command *exec.Cmd) {
	if command != nil && command.Process != nil {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	}
}

// exitStatus reads the result of Wait as a shell would; false when the process never ran.
func exitStatus(err error) (int, bool) {
	if err == nil {
		return 0, true
	}
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return 0, false
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitSignalOffset + int(status.Signal()), true
	}
	return ended.ExitCode(), true
}
