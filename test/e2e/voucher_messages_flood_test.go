package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// floodMemory is how much the door may make a manager grow by, in MiB, garbage that is not collected yet included.
const floodMemory = 96

func TestAFloodCostsLittleMemoryAndIsSoonForgotten(t *testing.T) {
	t.Parallel()
	// Together they stay below the 32 connections that one address may have.
	const slowly, huge, flooders, messages = 3, 12, 8, 60
	b := openBesieged(t)
	slow := b.trickle(slowly)
	b.settle()
	wantUntouched, before := b.untouched("spring"), b.resident("VmRSS")

	var sending sync.WaitGroup
	for i := range huge {
		sending.Go(func() { b.postHuge(i%2 == 0) })
	}
	sending.Wait()
	b.wantCounted("TooLarge", huge)
	b.send(b.own(), b.message(b.key, map[string]string{"biz_content": `{"activity_id":"404"}`}).Encode(), http.StatusOK)

	forged := b.message(strangersKey(t), map[string]string{"biz_content": strings.Repeat(geheim, 10_000)}).Encode()
	for range flooders {
		sending.Go(func() {
			for range messages {
				status, _, err := b.tryPost(b.own(), forged)
				if status != http.StatusUnauthorized && status != http.StatusTooManyRequests {
					t.Errorf("a forged message is answered with %d, %v", status, err)
				}
			}
		})
	}
	sending.Wait()
	if refused, throttled := b.counted("alipay", "Unverified"), b.counted("alipay", "Throttled"); refused+throttled != flooders*messages || throttled == 0 {
		t.Errorf("%d were refused and %d throttled", refused, throttled)
	}
	grown := b.resident("VmHWM") - before
	t.Logf("the manager grew from %d by %d MiB", before, grown)
	if grown > floodMemory {
		t.Errorf("the manager grew from %d by %d MiB", before, grown)
	}
	slow.Wait()
	b.wantCounted("BrokenOff", slowly)
	b.send(b.own(), b.message(b.key, map[string]string{"biz_content": `{"activity_id":"405"}`}).Encode(), http.StatusOK)
	b.wantCounted("UnknownActivity", 2)
	wantUntouched()
	b.wantNothingLogged()
}

// resident is what the process holds, or has held at most, in MiB; 0 where the system does not say.
func (b *besieged) resident(field string) int {
	b.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(field + `:\s*(\d+) kB`).FindSubmatch(text)
	if found == nil {
		b.t.Fatalf("no %s in %s", field, text)
	}
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		b.t.Fatal(err)
	}
	return kib >> 10
}

// postHuge posts 10 MiB. The door may close the connection before it is all sent: then there is no answer to see.
func (b *besieged) postHuge(declared bool) {
	const size = 10 << 20
	request, err := http.NewRequest(http.MethodPost, b.url+b.own(), io.LimitReader(endless{}, size))
	if err != nil {
		b.t.Error(err)
		return
	}
	request.ContentLength = -1
	if declared {
		request.ContentLength = size
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		b.t.Errorf("it is answered with %s", response.Status)
	}
}

// endless is a body of one letter.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// trickle sends as many messages without end, and as many headers, a byte at a time, and fails the test if the door takes that for
// longer than it says.
func (b *besieged) trickle(count int) *sync.WaitGroup {
	address, err := url.Parse(b.url)
	if err != nil {
		b.t.Fatal(err)
	}
	var slow sync.WaitGroup
	header := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nX-Slow: ", b.own(), address.Host)
	for range count {
		slow.Go(func() { b.trickleOne(address.Host, header, 5*time.Second) })
		slow.Go(func() { b.trickleOne(address.Host, header+"x\r\nContent-Length: 1000\r\n\r\n", 10*time.Second) })
	}
	return &slow
}

// trickleOne sends a beginning, and then a byte at a time until the other side closes the connection.
func (b *besieged) trickleOne(address, beginning string, most time.Duration) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		b.t.Error(err)
		return
	}
	defer connection.Close()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = io.Copy(io.Discard, connection)
	}()
	_, _ = io.WriteString(connection, beginning)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(most + 5*time.Second)
	defer late.Stop()
	for {
		select {
		case <-closed:
			return
		case <-late.C:
			b.t.Errorf("a slow sender is heard for longer than %s", most)
			return
		case <-tick.C:
			_, _ = io.WriteString(connection, "a")
		}
	}
}
