// SPDX-License-Identifier: Apache-2.0

package kubelet

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"sync"
	"time"
)

// output takes what a container writes: whole lines go to a file, each behind its time, and the
// bytes as they come to those who are attached.
type output struct {
	path string

	mutex    sync.Mutex
	file     *os.File
	begun    []byte                 // a line that has no end yet
	attached map[io.Writer]struct{} // clients to copy to
	grown    chan struct{}          // closed and replaced when the file has grown
	finished bool                   // no more will come
}

func newOutput(path string) (*output, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	return &output{
		path:     path,
		file:     file,
		attached: map[io.Writer]struct{}{},
		grown:    make(chan struct{}),
	}, err
}

// Write never fails: a container does not care whether anybody listens.
func (o *output) Write(bytesWritten []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for client := range o.attached {
		if _, err := client.Write(bytesWritten); err != nil {
			delete(o.attached, client)
		}
	}
	o.begun = append(o.begun, bytesWritten...)
	o.storeLines()
	return len(bytesWritten), nil
}

// storeLines is called with the mutex held.
func (o *output) storeLines() {
	stamp := []byte(time.Now().UTC().Format(time.RFC3339Nano) + " ")
	var lines []byte
	for {
		end := bytes.IndexByte(o.begun, '\n')
		if end < 0 {
			break
		}
		lines = append(append(lines, stamp...), o.begun[:end+1]...)
		o.begun = o.begun[end+1:]
	}
	if len(lines) > 0 {
		_, _ = o.file.Write(lines)
		close(o.grown)
		o.grown = make(chan struct{})
	}
}

// finish stores an unended last line and wakes the readers up for the last time.
func (o *output) finish() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if len(o.begun) > 0 {
		o.begun = append(o.begun, '\n')
		o.storeLines()
	}
	if !o.finished {
		o.finished = true
		close(o.grown)
		_ = o.file.Close()
	}
}

func (o *output) attach(client io.Writer) (detach func()) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.attached[client] = struct{}{}
	return func() {
		o.mutex.Lock()
		defer o.mutex.Unlock()
		delete(o.attached, client)
	}
}

// state tells whether more may come, and gives the channel that says so.
func (o *output) state() (grown <-chan struct{}, finished bool) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.grown, o.finished
}

// reader gives the stored lines one by one.
func (o *output) reader() (*bufio.Reader, io.Closer, error) {
	file, err := os.Open(o.path)
	if err != nil {
		return nil, nil, err
	}
	return bufio.NewReader(file), file, nil
}
