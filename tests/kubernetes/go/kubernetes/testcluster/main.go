// SPDX-License-Identifier: Apache-2.0

// Command testcluster runs a throw-away Kubernetes cluster for the tests and the demo of jtsh: a
// real etcd, a real kube-apiserver and a small kubelet endpoint that runs pods as local processes.
//
// It promises to leave nothing behind. The cluster lives in a process of its own that is init of
// a fresh PID namespace where the system allows it, so that the kernel ends every process of every
// pod with it; the directory is removed at the end; and the whole ends with whoever started it.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"

	"jtsh.dev/tests/kubernetes/controlplane"
	"jtsh.dev/tests/kubernetes/kubelet"
	"jtsh.dev/tests/kubernetes/requestinfo"
)

const usage = `usage:
  testcluster run --bin DIR [--owner parent|stdin|none] DIR
      starts a cluster in DIR (absent or empty), prints the path of the administrator's kubeconfig
      when everything answers, stays in the foreground, ends on SIGTERM, SIGINT or SIGHUP and when
      its owner goes: the parent process (default), or whoever holds the other end of stdin
  testcluster kubeconfig DIR USER [GROUP...]
      prints a kubeconfig with a fresh client certificate for USER in the cluster running in DIR
  testcluster requestinfo
      reads lines of "METHOD TARGET" on stdin and prints how kube-apiserver reads each
`

func init() {
	// Signals on a parent's death go by thread, so the main goroutine keeps the first thread.
	runtime.LockOSThread()
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "run":
		os.Exit(guard(parseRun("run", arguments)))
	case innerCommand:
		os.Exit(serve(parseRun(innerCommand, arguments)))
	case kubelet.EnterPodCommand:
		kubelet.EnterPod(arguments)
	case kubelet.SamplePodCommand:
		kubelet.RunSamplePod()
	case "kubeconfig":
		if len(arguments) < 2 {
			fmt.Fprint(os.Stderr, usage)
			os.Exit(2)
		}
		text, err := controlplane.UserKubeconfig(arguments[0], arguments[1], arguments[2:])
		if err != nil {
			fail(err)
		}
		os.Stdout.Write(text)
	case "requestinfo":
		if err := requestinfo.Answer(os.Stdin, os.Stdout); err != nil {
			fail(err)
		}
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

// runOptions is what both halves of "run" are told.
type runOptions struct {
	binaries  string
	owner     string
	directory string
}

func parseRun(command string, arguments []string) runOptions {
	var options runOptions
	flags := flag.NewFlagSet(command, flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flags.StringVar(&options.binaries, "bin", "", "directory of etcd and kube-apiserver")
	flags.StringVar(&options.owner, "owner", "parent", "parent, stdin or none")
	_ = flags.Parse(arguments) // ExitOnError: it does not come back with an error.
	options.directory = flags.Arg(0)
	known := options.owner == "parent" || options.owner == "stdin" || options.owner == "none"
	if flags.NArg() != 1 || options.binaries == "" || !known {
		flags.Usage()
		os.Exit(2)
	}
	return options
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "testcluster:", err)
	os.Exit(1)
}
