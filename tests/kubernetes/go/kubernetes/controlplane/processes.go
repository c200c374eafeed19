// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

const logTailBytes = 3000

// process is one part of the control plane, with its output in a file.
type process struct {
	name    string
	log     string
	command *exec.Cmd
	ended   chan struct{}
}

// startProcess starts BINARY in DIRECTORY. The thread that starts it stays as long as the process
// does: the kernel ties the death signal to it.
func startProcess(name, binary, directory string, arguments ...string) (*process, error) {
	p := &process{
		name:  name,
		log:   filepath.Join(directory, "log", name+".log"),
		ended: make(chan struct{}),
	}
	output, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	p.command = exec.Command(binary, arguments...)
	p.command.Dir = directory
	p.command.Stdout, p.command.Stderr = output, output
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer output.Close()
		err := p.command.Start()
		started <- err
		if err == nil {
			_ = p.command.Wait() // How it ended is in ProcessState.
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", name, err)
	}
	return p, nil
}

func (p *process) hasEnded() error {
	select {
	case <-p.ended:
		return fmt.Errorf("%s ended by itself: %v", p.name, p.command.ProcessState)
	default:
		return nil
	}
}

// kill ends the process at once: nothing it holds outlives the cluster.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

func (p *process) printLogTail(to io.Writer) {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return
	}
	if len(text) > logTailBytes {
		text = text[len(text)-logTailBytes:]
		text = text[bytes.IndexByte(text, '\n')+1:]
	}
	fmt.Fprintf(to, "--- the end of %s's log\n%s", p.name, text)
}
