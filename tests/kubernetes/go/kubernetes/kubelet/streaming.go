// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/creack/pty"
	"k8s.io/apimachinery/pkg/types"
	streams "k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
	streaming "k8s.io/kubelet/pkg/cri/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const (
	idleLimit = 4 * time.Hour // as a kubelet has it
	dialLimit = 5 * time.Second
	endOfText = 4 // what Ctrl-D types
)

func (k *Kubelet) handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("/exec/{namespace}/{pod}/{container}", k.serveExec)
	routes.HandleFunc("/exec/{namespace}/{pod}/{uid}/{container}", k.serveExec)
	routes.HandleFunc("/attach/{namespace}/{pod}/{container}", k.serveAttach)
	routes.HandleFunc("/attach/{namespace}/{pod}/{uid}/{container}", k.serveAttach)
	routes.HandleFunc("/portForward/{namespace}/{pod}", k.servePortForward)
	routes.HandleFunc("/portForward/{namespace}/{pod}/{uid}", k.servePortForward)
	routes.HandleFunc("/containerLogs/{namespace}/{pod}/{container}", k.serveContainerLogs)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// TLS has verified the chain; which of the cluster's users it is decides here.
		if r.TLS.PeerCertificates[0].Subject.CommonName != k.options.ClientName {
			http.Error(w, "only the API server may call", http.StatusForbidden)
			return
		}
		k.log.Printf("%s %s upgrade=%q streams=%q protocols=%q", r.Method, r.URL.RequestURI(),
			r.Header.Get("Upgrade"), r.Header["X-Stream-Protocol-Version"],
			r.Header["Sec-Websocket-Protocol"])
		routes.ServeHTTP(w, r)
	})
}

// place is what a request of the streaming API is about.
type place struct {
	pod       *pod
	container *container
	name      string // of the container
}

func (k *Kubelet) place(w http.ResponseWriter, r *http.Request) (place, bool) {
	found := place{pod: k.find(r.PathValue("namespace"), r.PathValue("pod"))}
	if found.pod == nil {
		http.Error(w, "no such pod on this node", http.StatusNotFound)
		return place{}, false
	}
	if found.name = r.PathValue("container"); found.name == "" {
		return found, true
	}
	if found.container = found.pod.containers[found.name]; found.container == nil {
		http.Error(w, "no container "+found.name+" in the pod", http.StatusNotFound)
		return place{}, false
	}
	return found, true
}

func (k *Kubelet) serveExec(w http.ResponseWriter, r *http.Request) {
	at, ok := k.place(w, r)
	if !ok {
		return
	}
	options, err := streaming.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	streaming.ServeExec(w, r, at, at.pod.name, at.pod.uid, at.name, r.URL.Query()["command"],
		options, idleLimit, streams.DefaultStreamCreationTimeout,
		streams.SupportedStreamingProtocols)
}

func (k *Kubelet) serveAttach(w http.ResponseWriter, r *http.Request) {
	at, ok := k.place(w, r)
	if !ok {
		return
	}
	options, err := streaming.NewOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	streaming.ServeAttach(w, r, at, at.pod.name, at.pod.uid, at.name, options, idleLimit,
		streams.DefaultStreamCreationTimeout, streams.SupportedStreamingProtocols)
}

func (k *Kubelet) servePortForward(w http.ResponseWriter, r *http.Request) {
	at, ok := k.place(w, r)
	if !ok {
		return
	}
	options, err := portforward.NewV4Options(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(w, r, at, at.pod.name, at.pod.uid, options, idleLimit,
		streams.DefaultStreamCreationTimeout, portforward.SupportedProtocols)
}

func (k *Kubelet) serveContainerLogs(w http.ResponseWriter, r *http.Request) {
	if at, ok := k.place(w, r); ok {
		serveLogs(w, r, at.container.output)
	}
}

// ExecInContainer runs one more command in the pod and returns how it ended.
func (at place) ExecInContainer(
	_ context.Context, _ string, _ types.UID, _ string, argv []string, in io.Reader,
	out, diagnostics io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize,
	_ time.Duration,
) error {
	if len(argv) == 0 || at.container.hasEnded() {
		return fmt.Errorf("container %s does not run", at.name)
	}
	command := at.pod.command(argv, nil)
	var err error
	if tty {
		command.Env = append(command.Env, "TERM=xterm")
		err = at.execOnTerminal(command, in, out, resize)
	} else {
		err = at.execOnPipes(command, in, out, diagnostics)
	}
	status, ran := exitStatus(err)
	switch {
	case !ran:
		return err
	case status != 0:
		return utilexec.CodeExitError{Err: fmt.Errorf("exit status %d", status), Code: status}
	default:
		return nil
	}
}

func (at place) execOnTerminal(
	command *exec.Cmd, in io.Reader, out io.Writer, resize <-chan remotecommand.TerminalSize,
) error {
	terminal, err := pty.Start(command)
	if err != nil {
		return err
	}
	defer terminal.Close()
	at.pod.add(command)
	defer at.pod.remove(command)
	go followSize(terminal, resize)
	if in != nil {
		go func() {
			_, _ = io.Copy(terminal, in)
			_, _ = terminal.Write([]byte{endOfText})
		}()
	}
	if out == nil {
		out = io.Discard
	}
	_, _ = io.Copy(out, terminal) // Ends with an error when the last holder goes.
	return command.Wait()
}

func (at place) execOnPipes(
	command *exec.Cmd, in io.Reader, out, diagnostics io.Writer,
) error {
	command.SysProcAttr.Setpgid = true
	command.Stdout, command.Stderr = out, diagnostics
	var stdin io.WriteCloser
	if in != nil {
		var err error
		if stdin, err = command.StdinPipe(); err != nil {
			return err
		}
	}
	if err := command.Start(); err != nil {
		return err
	}
	at.pod.add(command)
	defer at.pod.remove(command)
	if stdin != nil {
		go func() {
			_, _ = io.Copy(stdin, in)
			_ = stdin.Close()
		}()
	}
	return command.Wait()
}

// AttachContainer joins the container's own process until one of the sides ends.
func (at place) AttachContainer(
	ctx context.Context, _ string, _ types.UID, _ string, in io.Reader,
	out, _ io.WriteCloser, _ bool, resize <-chan remotecommand.TerminalSize,
) error {
	c := at.container
	if out != nil {
		defer c.output.attach(out)()
	}
	if c.terminal != nil {
		go followSize(c.terminal, resize)
	}
	if in != nil && c.stdin != nil {
		go func() {
			_, _ = io.Copy(c.stdin, in)
			if c.terminal == nil {
				_ = c.stdin.Close()
			}
		}()
	}
	select {
	case <-c.done:
	case <-at.pod.gone:
	case <-ctx.Done():
	}
	return nil
}

// PortForward carries one connection to a port of the pod.
func (at place) PortForward(
	ctx context.Context, _ string, _ types.UID, port int32, stream io.ReadWriteCloser,
) error {
	defer stream.Close()
	dialer := net.Dialer{Timeout: dialLimit}
	connection, err := dialer.DialContext(ctx, "tcp", at.pod.target(port))
	if err != nil {
		return err
	}
	defer connection.Close()
	go func() {
		if _, err := io.Copy(connection, stream); err != nil {
			_ = connection.Close() // The client is gone: nobody waits for an answer.
			return
		}
		_ = connection.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(stream, connection)
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func followSize(terminal *os.File, sizes <-chan remotecommand.TerminalSize) {
	for size := range sizes {
		_ = pty.Setsize(terminal, &pty.Winsize{Rows: size.Height, Cols: size.Width})
	}
}
