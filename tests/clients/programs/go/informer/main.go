// SPDX-License-Identifier: Apache-2.0

// Command informer keeps a list up to date by list and watch, as k9s and every controller do, and
// prints "ok" once it has seen one object come, change and go.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	log.SetFlags(0)
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	// Built-in objects travel as protobuf.
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client := kubernetes.NewForConfigOrDie(config)
	events := make(chan string, 100)
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace("default"))
	informer := factory.Core().V1().ConfigMaps().Informer()
	tell := func(what string, object any) {
		if m, ok := object.(*corev1.ConfigMap); ok && m.Name == "from-go" {
			events <- what + m.Data["colour"]
		}
	}
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { tell("added ", object) },
		UpdateFunc: func(_, object any) { tell("changed ", object) },
		DeleteFunc: func(object any) { tell("deleted ", object) },
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		log.Fatal("the list did not come")
	}
	maps := client.CoreV1().ConfigMaps("default")
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "from-go"}, Data: map[string]string{"colour": "red"}}
	must(maps.Create(ctx, object, metav1.CreateOptions{}))
	expect(ctx, events, "added red")
	object.Data["colour"] = "blue"
	must(maps.Update(ctx, object, metav1.UpdateOptions{}))
	expect(ctx, events, "changed blue")
	if err := maps.Delete(ctx, object.Name, metav1.DeleteOptions{}); err != nil {
		log.Fatal(err)
	}
	expect(ctx, events, "deleted blue")
	fmt.Println("ok")
}

func must(_ *corev1.ConfigMap, err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func expect(ctx context.Context, events <-chan string, wanted string) {
	select {
	case got := <-events:
		if got != wanted {
			log.Fatalf("%q instead of %q", got, wanted)
		}
	case <-ctx.Done():
		log.Fatalf("%q did not come", wanted)
	}
}
