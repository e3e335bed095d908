package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Doc is one YAML document of DIR.
type Doc struct {
	File  string // relative to DIR
	Index int    // 1-based
	JSON  []byte
	Obj   *unstructured.Unstructured // nil if it is no mapping
	Typed any                        // the Go value, of a kind that typeOf knows
	Err   error                      // not YAML
	// TypeErr: it is of a kind the judge types, but does not decode as one.
	TypeErr error
}

// folder is where the file of the document lies.
func (d *Doc) folder() string { return path.Dir(d.File) }

// ID names the object in messages: group/kind ns/name.
func (d *Doc) ID() string {
	if d.Obj == nil {
		return ""
	}
	name := d.Obj.GetName()
	if ns := d.Obj.GetNamespace(); ns != "" {
		name = ns + "/" + name
	}
	return d.Obj.GetKind() + " " + name
}

func (d *Doc) group() string { return d.Obj.GroupVersionKind().Group }

// is tells whether the document is of this group and kind.
func (d *Doc) is(group, kind string) bool {
	return d.Obj != nil && d.Obj.GetKind() == kind && d.group() == group
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// file is a YAML file of DIR.
type file struct {
	name string // relative to DIR, with slashes
	data []byte
}

// readDir reads the YAML files under dir, in the order of their names. Hidden directories are
// skipped, as Argo CD's own directory walk does, and Helm charts, whose files are templates.
func readDir(dir string) ([]file, error) {
	var files []file
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != dir && (strings.HasPrefix(e.Name(), ".") || isChart(path)) {
			return filepath.SkipDir
		}
		if e.IsDir() || !isYAML(e.Name()) && !isKustomization(e.Name()) {
			return nil
		}
		f, err := readFile(dir, path)
		files = append(files, f)
		return err
	})
	sort.Slice(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files, err
}

func isChart(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "Chart.yaml"))
	return err == nil
}

func readFile(dir, path string) (file, error) {
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		return file{}, err
	}
	data, err := os.ReadFile(path)
	return file{filepath.ToSlash(rel), data}, err
}

func loadFiles(files []file, workers int) ([]*Doc, error) {
	perFile := make([][]*Doc, len(files))
	err := parallel(workers, len(files), func(i int) (err error) {
		perFile[i], err = loadFile(files[i])
		return err
	})
	return slices.Concat(perFile...), err
}

// loadFile cuts a file into documents.
func loadFile(f file) ([]*Doc, error) {
	var docs []*Doc
	r := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(f.data)))
	for {
		raw, err := r.Read()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if d := loadDoc(raw); d != nil {
			d.File, d.Index = f.name, len(docs)+1
			docs = append(docs, d)
		}
	}
}

// loadDoc reads a document, nil if it is empty. A key given twice is an error, as it is for
// `kubectl --validate=strict`.
func loadDoc(raw []byte) *Doc {
	d := &Doc{}
	if d.JSON, d.Err = yaml.YAMLToJSONStrict(raw); d.Err != nil {
		return d
	}
	if string(bytes.TrimSpace(d.JSON)) == "null" {
		return nil
	}
	if bytes.HasPrefix(d.JSON, []byte("{")) {
		var m map[string]any
		d.Err = unmarshalNumbers(d.JSON, &m)
		d.Obj = &unstructured.Unstructured{Object: m}
	}
	return d
}

// unmarshalNumbers decodes as the apiserver does: integers stay int64.
func unmarshalNumbers(data []byte, m *map[string]any) error {
	var u unstructured.Unstructured
	if err := u.UnmarshalJSON(data); err == nil {
		*m = u.Object
		return nil
	}
	// kustomization files may have neither kind nor metadata
	return json.Unmarshal(data, m)
}

// parallel runs f(0..n-1) on at most workers goroutines and returns the first error by index.
func parallel(workers, n int, f func(int) error) error {
	if workers < 1 {
		workers = 1
	}
	errs := make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				errs[i] = contained(f, i)
			}
		}()
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// contained is f(i) with a panic as an error: one in a goroutine would end the program.
func contained(f func(int) error, i int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f(i)
}
