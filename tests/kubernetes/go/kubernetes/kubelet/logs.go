// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"bufio"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// logQuery is what `kubectl logs` can ask for.
type logQuery struct {
	follow     bool
	timestamps bool
	since      time.Time
	tailLines  int   // negative: all
	limitBytes int64 // what may still be sent
}

func parseLogQuery(values url.Values) logQuery {
	query := logQuery{
		follow:     values.Get("follow") == "true",
		timestamps: values.Get("timestamps") == "true",
		tailLines:  -1,
		limitBytes: math.MaxInt64,
	}
	if seconds, err := strconv.Atoi(values.Get("sinceSeconds")); err == nil {
		query.since = time.Now().Add(-time.Duration(seconds) * time.Second)
	} else if at, err := time.Parse(time.RFC3339, values.Get("sinceTime")); err == nil {
		query.since = at
	}
	if lines, err := strconv.Atoi(values.Get("tailLines")); err == nil && lines >= 0 {
		query.tailLines = lines
	}
	if limit, err := strconv.ParseInt(values.Get("limitBytes"), 10, 64); err == nil && limit > 0 {
		query.limitBytes = limit
	}
	return query
}

// write sends one stored line as asked for; false when nothing more is to be sent.
func (q *logQuery) write(to io.Writer, stored string) bool {
	stamp, text, _ := strings.Cut(stored, " ")
	if at, err := time.Parse(time.RFC3339Nano, stamp); err == nil && at.Before(q.since) {
		return true
	}
	if q.timestamps {
		text = stored
	}
	if int64(len(text)) > q.limitBytes {
		text = text[:q.limitBytes]
	}
	q.limitBytes -= int64(len(text))
	_, err := io.WriteString(to, text)
	return err == nil && q.limitBytes > 0
}

func serveLogs(w http.ResponseWriter, r *http.Request, source *output) {
	if r.URL.Query().Get("previous") == "true" {
		http.Error(w, "no container ran before this one", http.StatusBadRequest)
		return
	}
	lines, file, err := source.reader()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer file.Close()
	query := parseLogQuery(r.URL.Query())
	w.Header().Set("Content-Type", "text/plain")
	flush := http.NewResponseController(w).Flush
	begun := ""
	// What is stored is looked at after the state, so that nothing falls between the two.
	grown, finished := source.state()
	for first := true; ; first = false {
		var found []string
		found, begun = readLines(lines, begun)
		if first && query.tailLines >= 0 && len(found) > query.tailLines {
			found = found[len(found)-query.tailLines:]
		}
		for _, line := range found {
			if !query.write(w, line) {
				return
			}
		}
		_ = flush() // Headers too, the first time: kubectl shows that it is connected.
		if finished || !query.follow {
			return
		}
		select {
		case <-grown:
		case <-r.Context().Done():
			return
		}
		grown, finished = source.state()
	}
}

// readLines reads to the end of what is there; a last line without an end is given back apart.
func readLines(from *bufio.Reader, begun string) (lines []string, rest string) {
	for {
		text, err := from.ReadString('\n')
		begun += text
		if err != nil {
			return lines, begun
		}
		lines = append(lines, begun)
		begun = ""
	}
}
