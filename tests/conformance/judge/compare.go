package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"sort"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/conversion"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// difference is one field of one Application that is not the same in A and B.
type difference struct {
	App  string `json:"application"`
	Path string `json:"path,omitempty"`
	A    any    `json:"a"`
	B    any    `json:"b"`
}

// comparison is the result of compare.
type comparison struct {
	Same    bool         `json:"same"`
	CountA  int          `json:"countA"`
	CountB  int          `json:"countB"`
	OnlyA   []string     `json:"onlyA"`
	OnlyB   []string     `json:"onlyB"`
	Changed []difference `json:"changed"`
}

// cmdCompare compares two sets of Applications the way the ApplicationSet controller decides
// whether an Application must be written: typed, normalized, by semantic equality.
func cmdCompare(o *options, args []string) (*answer, error) {
	a, err := readApps(args[0], o.namespace)
	if err != nil {
		return nil, err
	}
	b, err := readApps(args[1], o.namespace)
	if err != nil {
		return nil, err
	}
	c := compare(a, b)
	return &answer{ok: c.Same, result: c, text: c.print}, nil
}

func compare(a, b map[string]*v1alpha1.Application) *comparison {
	c := &comparison{CountA: len(a), CountB: len(b), OnlyA: []string{}, OnlyB: []string{}, Changed: []difference{}}
	for _, k := range slices.Sorted(maps.Keys(a)) {
		switch {
		case b[k] == nil:
			c.OnlyA = append(c.OnlyA, k)
		case !sameApp(a[k], b[k]):
			c.Changed = append(c.Changed, diffJSON(k, "", toMap(a[k]), toMap(b[k]))...)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if a[k] == nil {
			c.OnlyB = append(c.OnlyB, k)
		}
	}
	sort.SliceStable(c.Changed, func(i, j int) bool {
		x, y := c.Changed[i], c.Changed[j]
		return cmp.Or(strings.Compare(x.App, y.App), strings.Compare(x.Path, y.Path)) < 0
	})
	c.Same = len(c.OnlyA)+len(c.OnlyB)+len(c.Changed) == 0
	return c
}

// semantic is the equality of createOrUpdateInCluster: a destination is what it says, not what was inferred of it.
var semantic = func() conversion.Equalities {
	all := apiequality.Semantic.Copy()
	err := all.AddFunc(func(a, b v1alpha1.ApplicationDestination) bool {
		return a.Namespace == b.Namespace && a.Name == b.Name && a.Server == b.Server
	})
	if err != nil {
		panic(err)
	}
	return all
}()

// sameApp is what the controller asks before it writes an Application.
func sameApp(x, y *v1alpha1.Application) bool {
	same := semantic.DeepEqual
	return same(x.Spec, y.Spec) && same(x.Labels, y.Labels) && same(x.Annotations, y.Annotations) &&
		sameSet(x.Finalizers, y.Finalizers) && same(x.Operation, y.Operation)
}

func (c *comparison) print(w io.Writer) {
	for _, k := range c.OnlyA {
		fmt.Fprintf(w, "only in A: %s\n", k)
	}
	for _, k := range c.OnlyB {
		fmt.Fprintf(w, "only in B: %s\n", k)
	}
	for _, d := range c.Changed {
		fmt.Fprintf(w, "%s %s: %s -> %s\n", d.App, d.Path, show(d.A), show(d.B))
	}
	fmt.Fprintf(w, "compare: %d and %d Applications, same: %v\n", c.CountA, c.CountB, c.Same)
}

// readApps reads the output of expand, a List, a plain JSON array, or YAML documents.
func readApps(path, ns string) (map[string]*v1alpha1.Application, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	items, err := itemsOf(file{path, data})
	if err != nil {
		return nil, err
	}
	out := map[string]*v1alpha1.Application{}
	for _, raw := range items {
		app, err := normalApp(raw, ns)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		k := app.Namespace + "/" + app.Name
		if out[k] != nil {
			return nil, fmt.Errorf("%s: Application %s is there twice", path, k)
		}
		out[k] = app
	}
	return out, nil
}

// itemsOf are the Applications of a file as JSON.
func itemsOf(f file) ([]json.RawMessage, error) {
	var items []json.RawMessage
	if json.Unmarshal(f.data, &items) == nil {
		return items, nil
	}
	var wrapped struct {
		Applications []json.RawMessage `json:"applications"`
		Items        []json.RawMessage `json:"items"`
	}
	if json.Unmarshal(f.data, &wrapped) == nil && (wrapped.Applications != nil || wrapped.Items != nil) {
		return append(wrapped.Applications, wrapped.Items...), nil
	}
	docs, err := loadFile(f)
	for _, d := range docs {
		if d.Err != nil {
			return nil, d.Err
		}
		items = append(items, d.JSON)
	}
	return items, err
}

// normalApp is an Application as the controller compares it.
func normalApp(raw []byte, ns string) (*v1alpha1.Application, error) {
	app := &v1alpha1.Application{}
	strict, err := decodeTyped(raw, app)
	if err == nil && len(strict) > 0 {
		err = strict[0]
	}
	if err != nil {
		return nil, err
	}
	app.Namespace = cmp.Or(app.Namespace, ns)
	app.Spec = *argo.NormalizeApplicationSpec(&app.Spec)
	app.Status = v1alpha1.ApplicationStatus{}
	return app, nil
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	sort.Strings(a)
	sort.Strings(b)
	return slices.Equal(a, b)
}

func toMap(a *v1alpha1.Application) map[string]any {
	u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(a)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	delete(u, "status")
	return u
}

// diffJSON lists the leaves in which a and b differ, as JSON pointers.
func diffJSON(app, path string, a, b any) []difference {
	ma, okA := a.(map[string]any)
	mb, okB := b.(map[string]any)
	if okA && okB {
		var out []difference
		for k := range ma {
			out = append(out, diffJSON(app, path+"/"+escape(k), ma[k], mb[k])...)
		}
		for k := range mb {
			if _, ok := ma[k]; !ok {
				out = append(out, diffJSON(app, path+"/"+escape(k), nil, mb[k])...)
			}
		}
		return out
	}
	la, okA := a.([]any)
	lb, okB := b.([]any)
	if okA && okB && len(la) == len(lb) {
		var out []difference
		for i := range la {
			out = append(out, diffJSON(app, fmt.Sprintf("%s/%d", path, i), la[i], lb[i])...)
		}
		return out
	}
	if reflect.DeepEqual(a, b) {
		return nil
	}
	return []difference{{app, path, a, b}}
}

func escape(s string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(s) }

func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(data) > 120 {
		return string(data[:117]) + "…"
	}
	return string(data)
}
