// SPDX-License-Identifier: Apache-2.0

// Package requestinfo says how kube-apiserver reads a request: with its own code, so that tests
// can compare jtsh's reading with it.
package requestinfo

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"
)

const maxLine = 1 << 20

// factory is made as kube-apiserver makes its own.
var factory = &request.RequestInfoFactory{
	APIPrefixes:          sets.NewString("api", "apis"),
	GrouplessAPIPrefixes: sets.NewString("api"),
}

// Answer reads lines of "METHOD TARGET" and writes one line for each: "error", or the fields of
// its RequestInfo, quoted as Go does, with a space between each.
func Answer(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	answers := bufio.NewWriter(out)
	for lines.Scan() {
		method, target, _ := strings.Cut(lines.Text(), " ")
		fmt.Fprintln(answers, answer(method, target))
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return answers.Flush()
}

func answer(method, target string) string {
	// What net/http does with the target of a request line.
	parsed, err := url.ParseRequestURI(target)
	if err != nil {
		return "error"
	}
	info, err := factory.NewRequestInfo(&http.Request{Method: method, URL: parsed})
	if err != nil {
		return "error"
	}
	return fmt.Sprintf("%t %q %q %q %q %q %q %q %q", info.IsResourceRequest, info.Verb,
		info.APIGroup, info.APIVersion, info.Namespace, info.Resource, info.Subresource, info.Name,
		info.Path)
}
