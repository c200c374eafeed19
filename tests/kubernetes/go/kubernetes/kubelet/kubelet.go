// SPDX-License-Identifier: Apache-2.0

// Package kubelet stands for a node without a container runtime. It registers the node, takes
// every pod to it, runs the pods' commands as plain local processes and serves the part of a
// kubelet's API that streams: exec, attach, port-forward and logs.
//
// Pods are not isolated: they are processes of the user who runs the tests, with that user's
// rights. Where the system allows it each pod has a /tmp of its own. Never give this node a pod
// that is not trusted.
package kubelet

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

const (
	// NodeName is the name under which the one node registers.
	NodeName = "test-node-1"

	version       = "v1.34.1"
	loopback      = "127.0.0.1"
	headerLimit   = 10 * time.Second
	requestsLimit = 10 * time.Second
)

// Options is what a kubelet needs besides a client for the API server.
type Options struct {
	Directory  string      // holds a directory per pod
	LogFile    string      // what the kubelet has to say
	ClientName string      // common name of the only client that may call
	TLS        *tls.Config // must require and verify client certificates
}

// Kubelet is the running endpoint.
type Kubelet struct {
	options  Options
	client   kubernetes.Interface
	log      *log.Logger
	logFile  *os.File
	server   *http.Server
	stop     context.CancelFunc
	launcher launcher

	mutex sync.Mutex
	pods  map[types.NamespacedName]*pod // guarded by mutex
}

// Start listens on a free loopback port, registers the node and begins to take pods.
func Start(ctx context.Context, client kubernetes.Interface, options Options) (*Kubelet, error) {
	logFile, err := os.OpenFile(options.LogFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	klog.LogToStderr(false) // The client library's own words belong in the file too.
	klog.SetOutput(logFile)
	k := &Kubelet{
		options: options,
		client:  client,
		log:     log.New(logFile, "", log.LstdFlags|log.Lmicroseconds),
		logFile: logFile,
		pods:    map[types.NamespacedName]*pod{},
	}
	k.launcher = findLauncher(options.Directory, k.log)
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		return nil, err
	}
	k.server = &http.Server{
		Handler:           k.handler(),
		TLSConfig:         options.TLS,
		ErrorLog:          k.log,
		ReadHeaderTimeout: headerLimit,
	}
	go func() { k.log.Print(k.server.ServeTLS(listener, "", "")) }()
	port := listener.Addr().(*net.TCPAddr).Port
	if err := k.registerNode(ctx, int32(port)); err != nil {
		return nil, fmt.Errorf("cannot register the node: %w", err)
	}
	background, stop := context.WithCancel(context.Background())
	k.stop = stop
	k.watchPods(background)
	return k, nil
}

// Stop ends all pods and all streams.
func (k *Kubelet) Stop() {
	if k.stop != nil {
		k.stop()
	}
	_ = k.server.Close()
	k.mutex.Lock()
	defer k.mutex.Unlock()
	for _, p := range k.pods {
		p.end()
	}
	klog.Flush()
}

func (k *Kubelet) registerNode(ctx context.Context, port int32) error {
	nodes := k.client.CoreV1().Nodes()
	node, err := nodes.Create(ctx, &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: NodeName,
			Labels: map[string]string{
				corev1.LabelHostname:   NodeName,
				corev1.LabelOSStable:   runtime.GOOS,
				corev1.LabelArchStable: runtime.GOARCH,
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	now := metav1.Now()
	node.Status.Addresses = []corev1.NodeAddress{
		{Type: corev1.NodeInternalIP, Address: loopback},
		{Type: corev1.NodeHostName, Address: NodeName},
	}
	node.Status.DaemonEndpoints.KubeletEndpoint.Port = port
	node.Status.NodeInfo = corev1.NodeSystemInfo{
		KubeletVersion:          version,
		OperatingSystem:         runtime.GOOS,
		Architecture:            runtime.GOARCH,
		OSImage:                 "processes of the test machine",
		ContainerRuntimeVersion: "processes://1",
	}
	node.Status.Capacity = corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("2"),
		corev1.ResourceMemory: resource.MustParse("4Gi"),
		corev1.ResourcePods:   resource.MustParse("250"),
	}
	node.Status.Allocatable = node.Status.Capacity
	node.Status.Conditions = []corev1.NodeCondition{{
		Type:               corev1.NodeReady,
		Status:             corev1.ConditionTrue,
		Reason:             "TestNodeReady",
		LastHeartbeatTime:  now,
		LastTransitionTime: now,
	}}
	if node, err = nodes.UpdateStatus(ctx, node, metav1.UpdateOptions{}); err != nil {
		return err
	}
	node.Spec.Taints = nil // A new node is tainted as not ready; nobody else would take it off.
	_, err = nodes.Update(ctx, node, metav1.UpdateOptions{})
	return err
}

func (k *Kubelet) watchPods(ctx context.Context) {
	_, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: cache.NewListWatchFromClient(
			k.client.CoreV1().RESTClient(), "pods", metav1.NamespaceAll, fields.Everything()),
		ObjectType: &corev1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    k.seen,
			UpdateFunc: func(_, now any) { k.seen(now) },
			DeleteFunc: k.deleted,
		},
	})
	go controller.RunWithContext(ctx)
}

// seen gets every state of every pod, one at a time.
func (k *Kubelet) seen(object any) {
	spec, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	switch {
	case spec.DeletionTimestamp != nil:
		k.forget(spec)
		go k.confirmDeletion(spec)
	case spec.Spec.NodeName == "":
		go k.bind(spec)
	case spec.Spec.NodeName == NodeName:
		k.run(spec)
	}
}

func (k *Kubelet) deleted(object any) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	if spec, ok := object.(*corev1.Pod); ok {
		k.forget(spec)
	}
}

func (k *Kubelet) run(spec *corev1.Pod) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	before := k.pods[nameOf(spec)]
	if before != nil && before.uid == spec.UID {
		return
	}
	if before != nil {
		before.end()
	}
	started := startPod(k, spec)
	k.pods[nameOf(spec)] = started
	go started.reportStatus()
}

func (k *Kubelet) forget(spec *corev1.Pod) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if p := k.pods[nameOf(spec)]; p != nil && p.uid == spec.UID {
		delete(k.pods, nameOf(spec))
		p.end()
	}
}

// confirmDeletion tells the API server that nothing of the pod runs any more.
func (k *Kubelet) confirmDeletion(spec *corev1.Pod) {
	ctx, cancel := context.WithTimeout(context.Background(), requestsLimit)
	defer cancel()
	now := int64(0)
	_ = k.client.CoreV1().Pods(spec.Namespace).Delete(ctx, spec.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now,
		Preconditions:      &metav1.Preconditions{UID: &spec.UID},
	}) // Gone already is as good.
}

// bind does a scheduler's work: there is one node.
func (k *Kubelet) bind(spec *corev1.Pod) {
	ctx, cancel := context.WithTimeout(context.Background(), requestsLimit)
	defer cancel()
	err := k.client.CoreV1().Pods(spec.Namespace).Bind(ctx, &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{
			Name: spec.Name, Namespace: spec.Namespace, UID: spec.UID,
		},
		Target: corev1.ObjectReference{Kind: "Node", Name: NodeName},
	}, metav1.CreateOptions{})
	if err != nil {
		k.log.Printf("bind %s: %v", nameOf(spec), err)
	}
}

func (k *Kubelet) find(namespace, name string) *pod {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.pods[types.NamespacedName{Namespace: namespace, Name: name}]
}

func nameOf(spec *corev1.Pod) types.NamespacedName {
	return types.NamespacedName{Namespace: spec.Namespace, Name: spec.Name}
}
