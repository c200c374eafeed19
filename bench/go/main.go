// SPDX-License-Identifier: Apache-2.0

// Command benchtool is what the benchmarks need besides programs that can be installed:
//
//	benchtool proxy -listen A -upstream HOST:PORT -name N -cert F -key F -server-cert F -server-key F -ca F
//	    a reverse proxy from Go's own library with client certificates on both legs
//	benchtool hold -listen A
//	    answers every request with one line and then says nothing more, like an idle watch
//	benchtool watch -url U -cert F -key F -ca F -streams N -each N [-http2]
//	    opens that many idle watches, prints "ready", keeps them until its standard input ends
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"
	"time"
)

var (
	listen    = flag.String("listen", "127.0.0.1:0", "where to listen")
	upstream  = flag.String("upstream", "", "host:port of the upstream")
	name      = flag.String("name", "", "name the upstream's certificate must have")
	cert      = flag.String("cert", "", "certificate")
	key       = flag.String("key", "", "its key")
	frontCert = flag.String("server-cert", "", "certificate of the proxy's own side")
	frontKey  = flag.String("server-key", "", "its key")
	ca        = flag.String("ca", "", "authority of the other side")
	url       = flag.String("url", "", "what to watch")
	streams   = flag.Int("streams", 1, "watches in all")
	each      = flag.Int("each", 1, "watches on one connection")
	http2     = flag.Bool("http2", false, "speak HTTP/2")
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("benchtool: proxy, hold or watch")
	}
	if err := flag.CommandLine.Parse(os.Args[2:]); err != nil {
		log.Fatal(err)
	}
	var err error
	switch os.Args[1] {
	case "proxy":
		err = proxy()
	case "hold":
		err = hold()
	case "watch":
		err = watch()
	default:
		err = errors.New("benchtool: proxy, hold or watch")
	}
	if err != nil {
		log.Fatal(err)
	}
}

func identity() (tls.Certificate, *x509.CertPool, error) {
	pair, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		return pair, nil, err
	}
	pem, err := os.ReadFile(*ca)
	if err != nil {
		return pair, nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return pair, nil, errors.New("no certificate in " + *ca)
	}
	return pair, pool, nil
}

func proxy() error {
	pair, pool, err := identity()
	if err != nil {
		return err
	}
	front, err := tls.LoadX509KeyPair(*frontCert, *frontKey)
	if err != nil {
		return err
	}
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool, ServerName: *name},
		MaxIdleConnsPerHost: 256,
		DisableCompression:  true,
	}
	handler := &httputil.ReverseProxy{
		Director: func(r *http.Request) {
			r.URL.Scheme = "https"
			r.URL.Host = *upstream
		},
		Transport:     transport,
		FlushInterval: -1,
	}
	server := &http.Server{
		Handler: handler,
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{front},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    pool,
			MinVersion:   tls.VersionTLS13,
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	return server.ServeTLS(l, "", "")
}

func hold() error {
	return http.ListenAndServe(*listen, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := io.WriteString(w, "{}\n"); err != nil { // nginx holds a head without a body back.
			return
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
}

func watch() error {
	config := &tls.Config{}
	if *cert != "" {
		pair, pool, err := identity()
		if err != nil {
			return err
		}
		config.Certificates = []tls.Certificate{pair}
		config.RootCAs = pool
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tooSlow := time.AfterFunc(time.Minute, func() { log.Fatal("the watches did not open in a minute") })
	failed := make(chan error, *streams)
	room := make(chan struct{}, 64) // So many open at the same time.
	var opened sync.WaitGroup
	for i := 0; i < *streams; i += *each {
		transport := &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: *http2}
		if !*http2 {
			transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		}
		client := &http.Client{Transport: transport}
		// The first alone: those behind it find its connection and share it.
		if err := open(ctx, client); err != nil {
			return err
		}
		for j := 1; j < *each && i+j < *streams; j++ {
			opened.Add(1)
			room <- struct{}{}
			go func() {
				defer opened.Done()
				if err := open(ctx, client); err != nil {
					failed <- err
				}
				<-room
			}()
		}
	}
	opened.Wait()
	select {
	case err := <-failed:
		return fmt.Errorf("%d watches failed, one with: %w", len(failed)+1, err)
	default:
	}
	tooSlow.Stop()
	fmt.Println("ready")
	_, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func open(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, "GET", *url, nil)
	if err != nil {
		return err
	}
	start := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	if response.StatusCode != 200 {
		return fmt.Errorf("status %d after %s", response.StatusCode, time.Since(start))
	}
	return nil // The body stays open until the process ends.
}
