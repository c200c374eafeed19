// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	lifetime = 30 * 24 * time.Hour
	// backdating forgives a clock that is a little behind, as on virtual machines.
	backdating = 5 * time.Minute
	adminGroup = "system:masters"
)

// authority is the cluster's one certificate authority, made anew for each cluster.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// credential is a certificate with its key, both in PEM.
type credential struct {
	certificate []byte
	key         []byte
}

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := template(pkix.Name{CommonName: "jtsh test cluster"})
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &authority{certificate, key}, err
}

func template(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // Without random numbers nothing here has a meaning.
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-backdating),
		NotAfter:     now.Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

// client issues a certificate that Kubernetes reads as user NAME in GROUPS.
func (a *authority) client(name string, groups ...string) (credential, error) {
	template := template(pkix.Name{CommonName: name, Organization: groups})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.issue(template)
}

// server issues a certificate for the loopback address and the given DNS names.
func (a *authority) server(name string, dnsNames ...string) (credential, error) {
	template := template(pkix.Name{CommonName: name})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = dnsNames
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	return a.issue(template)
}

func (a *authority) issue(template *x509.Certificate) (credential, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return credential{}, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return credential{}, err
	}
	keyPem, err := privateKeyPem(key)
	return credential{encode("CERTIFICATE", der), keyPem}, err
}

func (a *authority) certificatePem() []byte {
	return encode("CERTIFICATE", a.certificate.Raw)
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func (c credential) pair() (tls.Certificate, error) {
	return tls.X509KeyPair(c.certificate, c.key)
}

func (c credential) write(directory, name string) error {
	return errors.Join(
		writePrivate(filepath.Join(directory, name+".crt"), c.certificate),
		writePrivate(filepath.Join(directory, name+".key"), c.key))
}

// save keeps the authority in DIRECTORY, from where loadAuthority takes it for later users.
func (a *authority) save(directory string) error {
	keyPem, err := privateKeyPem(a.key)
	if err != nil {
		return err
	}
	return credential{a.certificatePem(), keyPem}.write(directory, "ca")
}

func loadAuthority(directory string) (*authority, error) {
	pair, err := tls.LoadX509KeyPair(
		filepath.Join(directory, "ca.crt"), filepath.Join(directory, "ca.key"))
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the authority in %s has a key of another kind", directory)
	}
	return &authority{certificate, key}, nil
}

// writeServiceAccountKey makes the pair that signs service account tokens.
func writeServiceAccountKey(directory string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	private, err := privateKeyPem(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return errors.Join(
		writePrivate(filepath.Join(directory, "service-account.key"), private),
		writePrivate(filepath.Join(directory, "service-account.pub"), encode("PUBLIC KEY", public)))
}

// kubeconfig is written as plain text: its shape is fixed and every value is ours.
func kubeconfig(server string, ca []byte, user string, c credential) []byte {
	var text strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&text, format+"\n", values...) }
	line("apiVersion: v1")
	line("kind: Config")
	line("current-context: test")
	line("clusters:\n- name: test\n  cluster:\n    server: %s", server)
	line("    certificate-authority-data: %s", base64.StdEncoding.EncodeToString(ca))
	line("contexts:\n- name: test\n  context:\n    cluster: test\n    user: %q", user)
	line("users:\n- name: %q\n  user:", user)
	line("    client-certificate-data: %s", base64.StdEncoding.EncodeToString(c.certificate))
	line("    client-key-data: %s", base64.StdEncoding.EncodeToString(c.key))
	return []byte(text.String())
}

func privateKeyPem(key any) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encode("PRIVATE KEY", der), err
}

func encode(label string, der []byte) []byte {
	var text bytes.Buffer
	_ = pem.Encode(&text, &pem.Block{Type: label, Bytes: der}) // A buffer takes every write.
	return text.Bytes()
}

func writePrivate(file string, content []byte) error {
	return os.WriteFile(file, content, 0o600)
}
