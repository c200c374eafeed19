// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// SamplePodCommand is the name under which this program starts itself for containers without a
// command, whatever their image: `kubectl run NAME --image=ANY` then has something to show.
const SamplePodCommand = "sample-pod"

// listenerDescriptor is where exec.Cmd puts the first extra file.
const listenerDescriptor = 3

// listenForSample opens the listener on a free port and hands it down, so no port can be lost.
func listenForSample() (*os.File, int, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return nil, 0, err
	}
	defer listener.Close()
	file, err := listener.(*net.TCPListener).File()
	return file, listener.Addr().(*net.TCPAddr).Port, err
}

// RunSamplePod answers HTTP requests, and writes a line per request and per second.
func RunSamplePod() {
	name := os.Getenv("POD_NAMESPACE") + "/" + os.Getenv("POD_NAME")
	listener, err := net.FileListener(os.NewFile(listenerDescriptor, "listener"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "no listener was handed down:", err)
		os.Exit(1)
	}
	fmt.Printf("sample pod %s is up\n", name)
	go func() {
		for second := 1; ; second++ {
			time.Sleep(time.Second)
			fmt.Printf("second %d\n", second)
		}
	}()
	server := &http.Server{
		ReadHeaderTimeout: headerLimit,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Printf("%s %s\n", r.Method, r.URL.Path)
			fmt.Fprintf(w, "hello from pod %s\n", name)
		}),
	}
	fmt.Fprintln(os.Stderr, server.Serve(listener))
	os.Exit(1)
}
