package main

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// served are the responses to requests, a line each.
func served(t *testing.T, requests ...string) (out []string) {
	t.Helper()
	var b strings.Builder
	if err := serve(strings.NewReader(strings.Join(requests, "\n")), &b); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func request(args ...string) string {
	line, _ := json.Marshal(args)
	return string(line)
}

func TestServe(t *testing.T) {
	commands["panic"] = command{0, func(*options, []string) (*answer, error) { panic("out of order") }}
	defer delete(commands, "panic")
	out := served(t,
		request("lint", "testdata/base"),
		request("rbac", "testdata/base", "--can", "bob", "get", "applications", "a/b"),
		"nonsense",
		request("panic"),
		request("lint", "/nowhere"),
		request("lint", "testdata/base", "--unknown"),
		request("serve"),
	)
	want := []string{
		`{"code":0,"result":{"command":"lint"`,
		`{"code":1,"result":{"subject":"bob"`,
		`{"code":2,"error":"a request is a JSON array of strings`,
		`{"code":2,"error":"panic: out of order"}`,
		`{"code":2,"error":"lstat /nowhere: no such file or directory"}`,
		`{"code":2,"error":"lint: flag provided but not defined: -unknown"}`,
		`{"code":2,"error":"unknown command serve"}`,
	}
	if len(out) != len(want) {
		t.Fatalf("%d responses:\n%s", len(out), strings.Join(out, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(out[i], want[i]) {
			t.Errorf("response %d is %.200s", i+1, out[i])
		}
	}
}

// TestServeForgets asks the same before and after other requests.
func TestServeForgets(t *testing.T) {
	expand, lint := request(expandArgs...), request("lint", "testdata/base")
	without := request("expand", "testdata/expand/dir")
	out := served(t, expand, without, lint, lint, request("waves", "testdata/waves", "--root", "root"), without, expand, lint)
	for _, pair := range [][2]int{{0, 6}, {1, 5}, {2, 3}, {2, 7}} {
		if out[pair[0]] != out[pair[1]] {
			t.Errorf("answers %v differ:\n%s\n%s", pair, out[pair[0]], out[pair[1]])
		}
	}
	if http.DefaultTransport.(*offline).pulls != nil {
		t.Error("the last request has pull requests of an earlier one")
	}
}

// TestServeReadsAgain changes a folder between two requests.
func TestServeReadsAgain(t *testing.T) {
	dir := copied(t, "testdata/base")
	before := served(t, request("lint", dir))[0]
	write(t, dir, "wrong.yaml", "kind: Application")
	if after := served(t, request("lint", dir))[0]; before == after {
		t.Error("a new file changes nothing")
	}
}

// TestServeLeaksNothing opens many folders: what an earlier request started must end.
func TestServeLeaksNothing(t *testing.T) {
	open := func(n int) {
		for range n {
			served(t, request("lint", copied(t, "testdata/base")))
		}
		time.Sleep(200 * time.Millisecond)
	}
	open(2)
	before := runtime.NumGoroutine()
	open(10)
	if after := runtime.NumGoroutine(); after > before+5 {
		t.Errorf("%d goroutines became %d", before, after)
	}
}

func BenchmarkLint(b *testing.B)   { benchmark(b, "lint") }
func BenchmarkExpand(b *testing.B) { benchmark(b, "expand") }

func benchmark(b *testing.B, command string) {
	for b.Loop() {
		if _, _, err := answerTo([]string{command, "../../../examples/devowlish/expected"}); err != nil {
			b.Fatal(err)
		}
	}
}
