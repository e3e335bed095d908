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
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Doc is one YAML document of DIR.
type Doc struct {
	File  string // relative to the root that was loaded
	Index int    // 1-based
	JSON  []byte
	Obj   *unstructured.Unstructured
	Typed any   // *v1alpha1.Application, *v1alpha1.ApplicationSet, *v1alpha1.AppProject when decoded
	Err   error // not YAML
	// TypeErr: it is of a kind the judge types, but does not decode as one.
	TypeErr error
}

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

func isKustomization(name string) bool {
	switch filepath.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// loadDir reads every YAML document under dir, in the order of file names. Hidden
// directories are skipped, as Argo CD's own directory walk does.
func loadDir(dir string, workers int) ([]*Doc, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if path != dir && strings.HasPrefix(e.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		if isYAML(e.Name()) || isKustomization(e.Name()) {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	perFile := make([][]*Doc, len(files))
	err = parallel(workers, len(files), func(i int) error {
		rel, err := filepath.Rel(dir, files[i])
		if err != nil {
			return err
		}
		perFile[i], err = loadFile(files[i], filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return nil, err
	}
	var docs []*Doc
	for _, ds := range perFile {
		docs = append(docs, ds...)
	}
	return docs, nil
}

func loadFile(path, rel string) ([]*Doc, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var docs []*Doc
	r := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for n := 1; ; n++ {
		raw, err := r.Read()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rel, err)
		}
		d := &Doc{File: rel, Index: n}
		// Strict: a key given twice is an error, as it is for `kubectl --validate=strict`.
		d.JSON, d.Err = yaml.YAMLToJSONStrict(raw)
		if d.Err == nil && string(bytes.TrimSpace(d.JSON)) == "null" {
			n--
			continue
		}
		if d.Err == nil {
			var m map[string]any
			if d.Err = unmarshalNumbers(d.JSON, &m); d.Err == nil {
				d.Obj = &unstructured.Unstructured{Object: m}
			}
		}
		docs = append(docs, d)
	}
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
