// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/creack/pty"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	statusAttempts = 8
	statusPause    = 50 * time.Millisecond
)

// pod is one pod on this node with its containers and the processes that were started in it.
type pod struct {
	kubelet    *Kubelet
	namespace  string
	name       string
	uid        types.UID
	directory  string
	started    metav1.Time
	containers map[string]*container // never changed after the start
	gone       chan struct{}         // closed when the pod has ended

	statusMutex sync.Mutex // one report at a time

	mutex   sync.Mutex
	ended   bool
	running map[*exec.Cmd]struct{} // every process, of containers and of exec
}

// container is one container of a pod. Its process, if it has one, runs until it ends by itself
// or the pod does; it is not started again.
type container struct {
	output   *output
	stdin    io.WriteCloser
	terminal *os.File // nil without a terminal
	port     int      // where the sample program listens; 0 for other programs
	done     chan struct{}
	status   int // valid once done is closed
}

func startPod(k *Kubelet, spec *corev1.Pod) *pod {
	p := &pod{
		kubelet:    k,
		namespace:  spec.Namespace,
		name:       spec.Name,
		uid:        spec.UID,
		directory:  filepath.Join(k.options.Directory, string(spec.UID)),
		started:    metav1.Now(),
		containers: map[string]*container{},
		gone:       make(chan struct{}),
		running:    map[*exec.Cmd]struct{}{},
	}
	if err := makePodDirectory(p.directory); err != nil {
		k.log.Printf("pod %s/%s: %v", p.namespace, p.name, err)
	}
	for i := range spec.Spec.Containers {
		p.startContainer(&spec.Spec.Containers[i])
	}
	return p
}

func (p *pod) startContainer(spec *corev1.Container) {
	c := &container{done: make(chan struct{})}
	p.containers[spec.Name] = c
	var err error
	if c.output, err = newOutput(filepath.Join(p.directory, spec.Name+".log")); err == nil {
		err = p.launch(c, spec)
	}
	if err != nil {
		fmt.Fprintf(c.output, "cannot start the container: %v\n", err)
		c.end(exitNotFound)
	}
}

// launch starts the container's command, or the sample program where the image should know best.
func (p *pod) launch(c *container, spec *corev1.Container) error {
	argv := append(append([]string{}, spec.Command...), spec.Args...)
	var listener *os.File
	if len(spec.Command) == 0 {
		var err error
		if listener, c.port, err = listenForSample(); err != nil {
			return err
		}
		defer listener.Close()
		argv = []string{ownProgram, SamplePodCommand}
	}
	command := p.command(argv, spec.Env)
	if listener != nil {
		command.ExtraFiles = []*os.File{listener}
	}
	if err := c.start(command, spec); err != nil {
		return err
	}
	p.add(command)
	go func() {
		if c.terminal != nil {
			_, _ = io.Copy(c.output, c.terminal) // Ends with an error when the last holder goes.
		}
		status, _ := exitStatus(command.Wait())
		p.remove(command)
		if c.terminal != nil {
			_ = c.terminal.Close()
		}
		c.end(status)
		p.reportStatus()
	}()
	return nil
}

func (c *container) start(command *exec.Cmd, spec *corev1.Container) error {
	if spec.TTY {
		terminal, err := pty.Start(command)
		c.terminal, c.stdin = terminal, terminal
		return err
	}
	command.SysProcAttr.Setpgid = true
	command.Stdout, command.Stderr = c.output, c.output
	if spec.Stdin {
		stdin, err := command.StdinPipe()
		if err != nil {
			return err
		}
		c.stdin = stdin
	}
	return command.Start()
}

func (c *container) end(status int) {
	c.status = status
	c.output.finish()
	close(c.done)
}

func (c *container) hasEnded() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// command makes a process of this pod; literal environment values only.
func (p *pod) command(argv []string, environment []corev1.EnvVar) *exec.Cmd {
	values := []string{
		"HOSTNAME=" + p.name, "POD_NAME=" + p.name, "POD_NAMESPACE=" + p.namespace,
	}
	for _, variable := range environment {
		values = append(values, variable.Name+"="+variable.Value)
	}
	return p.kubelet.launcher.command(p.directory, argv, values)
}

// add notes a started process; one that came too late for the pod's end is ended here.
func (p *pod) add(command *exec.Cmd) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.running[command] = struct{}{}
	if p.ended {
		killGroup(command)
	}
}

func (p *pod) remove(command *exec.Cmd) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.running, command)
}

func (p *pod) end() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	close(p.gone)
	for command := range p.running {
		killGroup(command)
	}
}

// target is the address a forwarded port of this pod leads to. A pod has no address of its own, so
// a command listens on the loopback address; the sample program has a free port for all of them.
func (p *pod) target(port int32) string {
	number := int(port)
	for _, c := range p.containers {
		if c.port != 0 {
			number = c.port
		}
	}
	return net.JoinHostPort(loopback, fmt.Sprint(number))
}

// reportStatus brings the pod's status in the API server up to date.
func (p *pod) reportStatus() {
	p.statusMutex.Lock()
	defer p.statusMutex.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), requestsLimit)
	defer cancel()
	pods := p.kubelet.client.CoreV1().Pods(p.namespace)
	for attempt := 0; attempt < statusAttempts; attempt++ {
		current, err := pods.Get(ctx, p.name, metav1.GetOptions{})
		if err != nil || current.UID != p.uid {
			return
		}
		p.fillStatus(current)
		_, err = pods.UpdateStatus(ctx, current, metav1.UpdateOptions{})
		if err == nil || apierrors.IsNotFound(err) {
			return
		}
		p.kubelet.log.Printf("status of %s/%s: %v", p.namespace, p.name, err)
		select {
		case <-p.gone:
			return
		case <-time.After(statusPause):
		}
	}
}

func (p *pod) fillStatus(current *corev1.Pod) {
	status := &current.Status
	status.StartTime = &p.started
	status.HostIP, status.PodIP = loopback, loopback
	status.HostIPs = []corev1.HostIP{{IP: loopback}}
	status.PodIPs = []corev1.PodIP{{IP: loopback}}
	status.ContainerStatuses = nil
	running, failed := 0, 0
	for i := range current.Spec.Containers {
		spec := &current.Spec.Containers[i]
		one := p.containerStatus(spec)
		status.ContainerStatuses = append(status.ContainerStatuses, one)
		switch {
		case one.State.Running != nil:
			running++
		case one.State.Terminated.ExitCode != 0:
			failed++
		}
	}
	status.Phase = corev1.PodRunning
	if running == 0 && current.Spec.RestartPolicy != corev1.RestartPolicyAlways {
		status.Phase = corev1.PodSucceeded
		if failed > 0 {
			status.Phase = corev1.PodFailed
		}
	}
	ready := corev1.ConditionFalse
	if running == len(current.Spec.Containers) {
		ready = corev1.ConditionTrue
	}
	now := metav1.Now()
	status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: now},
		{Type: corev1.PodInitialized, Status: corev1.ConditionTrue, LastTransitionTime: now},
		{Type: corev1.ContainersReady, Status: ready, LastTransitionTime: now},
		{Type: corev1.PodReady, Status: ready, LastTransitionTime: now},
	}
}

func (p *pod) containerStatus(spec *corev1.Container) corev1.ContainerStatus {
	c := p.containers[spec.Name]
	running := !c.hasEnded()
	status := corev1.ContainerStatus{
		Name:        spec.Name,
		Image:       spec.Image,
		ImageID:     spec.Image,
		ContainerID: "processes://" + string(p.uid) + "/" + spec.Name,
		Ready:       running,
		Started:     &running,
	}
	if running {
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: p.started}
		return status
	}
	reason := "Completed"
	if c.status != 0 {
		reason = "Error"
	}
	status.State.Terminated = &corev1.ContainerStateTerminated{
		ExitCode:   int32(c.status),
		Reason:     reason,
		StartedAt:  p.started,
		FinishedAt: metav1.Now(),
	}
	return status
}
