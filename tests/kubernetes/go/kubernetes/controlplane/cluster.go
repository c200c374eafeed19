// SPDX-License-Identifier: Apache-2.0

// Package controlplane runs etcd and kube-apiserver as child processes, with the kubelet endpoint
// of this project in the same process, on loopback addresses with certificates made for this run.
//
// There is no controller manager and no scheduler. What tests need of them is done here: pods are
// bound to the one node, and the roles view, edit and admin get the rules they aggregate.
package controlplane

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"jtsh.dev/tests/kubernetes/kubelet"
)

const (
	readyLimit       = 120 * time.Second
	readyPollEvery   = 50 * time.Millisecond
	requestLimit     = 5 * time.Second
	etcdSocket       = "etcd.sock"
	etcdPeerSocket   = "etcd-peer.sock"
	etcdNominalURL   = "http://127.0.0.1:1" // Required; a cluster of one dials nobody.
	kubeletClient    = "kube-apiserver-kubelet-client"
	agentUser        = "jtsh-agent"
	adminFile        = "admin.kubeconfig"
	agentFile        = "agent.kubeconfig"
	clientsPerSecond = 500
)

// Cluster is one running control plane.
type Cluster struct {
	binaries   string
	directory  string
	authority  *authority
	port       *heldPort
	processes  []*process
	kubelet    *kubelet.Kubelet
	kubernetes *kubernetes.Clientset
}

// New describes a cluster in DIRECTORY from the programs in BINARIES; nothing is started yet.
func New(binaries, directory string) *Cluster {
	return &Cluster{binaries: binaries, directory: directory}
}

// AdminKubeconfig is the path of the kubeconfig of a member of system:masters.
func (c *Cluster) AdminKubeconfig() string {
	return filepath.Join(c.directory, adminFile)
}

// Start returns when every part answers, the node is ready and the roles are complete.
func (c *Cluster) Start(ctx context.Context) error {
	steps := []func(context.Context) error{
		c.prepareFiles, c.startEtcd, c.startAPIServer, c.awaitReady, c.completeRoles,
		c.startKubelet,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Wait returns nil when CTX ends, and an error when a part of the cluster ended by itself.
func (c *Cluster) Wait(ctx context.Context) error {
	etcd, apiserver := c.processes[0], c.processes[1]
	select {
	case <-ctx.Done():
		return nil
	case <-etcd.ended:
		return etcd.hasEnded()
	case <-apiserver.ended:
		return apiserver.hasEnded()
	}
}

// Stop ends all processes, pods first; it may be called after a failed Start too.
func (c *Cluster) Stop() {
	if c.kubelet != nil {
		c.kubelet.Stop()
	}
	for i := len(c.processes) - 1; i >= 0; i-- {
		c.processes[i].kill()
	}
	if c.port != nil {
		c.port.release()
	}
}

// PrintLogTails shows the end of each part's log, for whoever has to find out what went wrong.
func (c *Cluster) PrintLogTails(to io.Writer) {
	for _, p := range c.processes {
		p.printLogTail(to)
	}
}

func (c *Cluster) keys() string {
	return filepath.Join(c.directory, "pki")
}

func (c *Cluster) server() string {
	return "https://127.0.0.1:" + strconv.Itoa(c.port.number)
}

func (c *Cluster) prepareFiles(context.Context) error {
	for _, name := range []string{"pki", "log", "pods"} {
		if err := os.MkdirAll(filepath.Join(c.directory, name), 0o700); err != nil {
			return err
		}
	}
	var err error
	if c.authority, err = newAuthority(); err != nil {
		return err
	}
	if c.port, err = holdFreePort(); err != nil {
		return fmt.Errorf("no free port on the loopback address: %w", err)
	}
	serving, err := c.authority.server("kube-apiserver", "localhost", "kubernetes",
		"kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local")
	if err != nil {
		return err
	}
	toKubelet, err := c.authority.client(kubeletClient, adminGroup)
	if err != nil {
		return err
	}
	return errors.Join(
		c.authority.save(c.keys()),
		writePrivate(filepath.Join(c.directory, "ca.crt"), c.authority.certificatePem()),
		serving.write(c.keys(), "apiserver"),
		toKubelet.write(c.keys(), "kubelet-client"),
		writeServiceAccountKey(c.keys()),
		c.writeKubeconfig(adminFile, "kubernetes-admin", adminGroup),
		c.writeKubeconfig(agentFile, agentUser))
}

func (c *Cluster) writeKubeconfig(file, user string, groups ...string) error {
	client, err := c.authority.client(user, groups...)
	if err != nil {
		return err
	}
	text := kubeconfig(c.server(), c.authority.certificatePem(), user, client)
	return writePrivate(filepath.Join(c.directory, file), text)
}

// startEtcd starts it on sockets in the cluster's directory: no port, and no other user gets in.
func (c *Cluster) startEtcd(context.Context) error {
	return c.run("etcd",
		"--name=only",
		"--data-dir=etcd",
		"--listen-client-urls=unix://"+etcdSocket,
		"--advertise-client-urls="+etcdNominalURL,
		"--listen-peer-urls=unix://"+etcdPeerSocket,
		"--initial-advertise-peer-urls="+etcdNominalURL,
		"--initial-cluster=only="+etcdNominalURL,
		"--unsafe-no-fsync", // What it stores is thrown away.
		"--log-level=warn")
}

func (c *Cluster) startAPIServer(context.Context) error {
	return c.run("kube-apiserver",
		"--etcd-servers=unix://"+etcdSocket,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		"--secure-port="+strconv.Itoa(c.port.number),
		"--permit-port-sharing", // We hold the port already, see heldPort.
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=pki/apiserver.crt",
		"--tls-private-key-file=pki/apiserver.key",
		"--client-ca-file=pki/ca.crt",
		"--authorization-mode=RBAC",
		"--anonymous-auth=false",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=pki/service-account.pub",
		"--service-account-signing-key-file=pki/service-account.key",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--kubelet-client-certificate=pki/kubelet-client.crt",
		"--kubelet-client-key=pki/kubelet-client.key",
		"--kubelet-certificate-authority=pki/ca.crt",
		"--kubelet-preferred-address-types=InternalIP",
		"--allow-privileged=true",
		// Without a controller manager nobody makes the service accounts that pods would need.
		"--disable-admission-plugins=ServiceAccount",
		"--shutdown-delay-duration=0s")
}

func (c *Cluster) run(name string, arguments ...string) error {
	p, err := startProcess(name, filepath.Join(c.binaries, name), c.directory, arguments...)
	if err == nil {
		c.processes = append(c.processes, p)
	}
	return err
}

func (c *Cluster) awaitReady(ctx context.Context) error {
	config, err := clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig())
	if err != nil {
		return err
	}
	config.QPS, config.Burst = clientsPerSecond, clientsPerSecond
	if c.kubernetes, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		err := c.looksReady(bounded)
		if err == nil {
			return nil
		}
		for _, p := range c.processes {
			if ended := p.hasEnded(); ended != nil {
				return ended
			}
		}
		select {
		case <-bounded.Done():
			return fmt.Errorf("the API server is not ready after %v: %w", readyLimit, err)
		case <-time.After(readyPollEvery):
		}
	}
}

// looksReady asks for /readyz and for the namespace that the API server makes last.
func (c *Cluster) looksReady(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	_, err := c.kubernetes.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(bounded)
	if err == nil {
		_, err = c.kubernetes.CoreV1().Namespaces().Get(bounded, "default", metav1.GetOptions{})
	}
	return err
}

func (c *Cluster) startKubelet(ctx context.Context) error {
	serving, err := c.authority.server("system:node:"+kubelet.NodeName, kubelet.NodeName)
	if err != nil {
		return err
	}
	pair, err := serving.pair()
	if err != nil {
		return err
	}
	c.kubelet, err = kubelet.Start(ctx, c.kubernetes, kubelet.Options{
		Directory:  filepath.Join(c.directory, "pods"),
		LogFile:    filepath.Join(c.directory, "log", "kubelet.log"),
		ClientName: kubeletClient,
		TLS: &tls.Config{
			MinVersion:   tls.VersionTLS12,
			Certificates: []tls.Certificate{pair},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    c.authority.pool(),
		},
	})
	return err
}

// UserKubeconfig makes a kubeconfig with a fresh certificate for the cluster running in DIRECTORY.
func UserKubeconfig(directory, user string, groups []string) ([]byte, error) {
	authority, err := loadAuthority(filepath.Join(directory, "pki"))
	if err != nil {
		return nil, fmt.Errorf("no cluster seems to run in %s: %w", directory, err)
	}
	admin, err := clientcmd.LoadFromFile(filepath.Join(directory, adminFile))
	if err != nil {
		return nil, err
	}
	client, err := authority.client(user, groups...)
	if err != nil {
		return nil, err
	}
	server := admin.Clusters[admin.Contexts[admin.CurrentContext].Cluster].Server
	return kubeconfig(server, authority.certificatePem(), user, client), nil
}
