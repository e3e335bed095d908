package main

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// cmdLint judges the documents of a folder: each by itself and then, unless --each is given,
// all of them as the content of one control plane.
func cmdLint(o *options, args []string) (*answer, error) {
	w, err := openWorld(args[0], o)
	if err != nil {
		return nil, err
	}
	r := newReport("lint")
	w.lintEach(r, o)
	if !o.each {
		err = w.lintTogether(r, o)
	}
	r.Stats["documents"], r.Stats["kinds"] = len(w.Docs), w.kinds()
	return r.answer(o), err
}

func (w *World) kinds() map[string]int {
	kinds := map[string]int{}
	for _, d := range w.Docs {
		if d.Obj != nil {
			kinds[d.Obj.GetKind()]++
		}
	}
	return kinds
}

// forEach lets f report on 0..n-1, several at a time, and keeps the order of the findings.
func (r *Report) forEach(workers, n int, f func(r *Report, i int)) {
	reports := make([]*Report, n)
	err := parallel(workers, n, func(i int) error {
		reports[i] = newReport(r.Command)
		f(reports[i], i)
		return nil
	})
	for _, sub := range reports {
		if sub != nil {
			r.Findings = append(r.Findings, sub.Findings...)
		}
	}
	if err != nil {
		panic(err) // contained by parallel; the request must not pass
	}
}

// lintEach judges every document by itself.
func (w *World) lintEach(r *Report, o *options) {
	r.forEach(o.workers, len(w.Docs), func(r *Report, i int) { w.lintDoc(r, w.Docs[i], o) })
}

func (w *World) lintDoc(r *Report, d *Doc, o *options) {
	switch {
	case d.Err != nil:
		r.fail("yaml", "k8s: sigs.k8s.io/yaml strict", d, "%s", oneLine(d.Err.Error()))
	case d.Obj == nil:
		r.fail("no-kind", "k8s: every object is a mapping", d, "document is no mapping")
	case isKustomization(d.File):
		lintKustomization(r, d, w.Dir, o.build)
	case d.Obj.GetKind() == "" || d.Obj.GetAPIVersion() == "":
		r.fail("no-kind", "k8s: every object has apiVersion and kind", d, "document has no apiVersion or kind")
	default:
		lintObject(r, d)
	}
}

func lintObject(r *Report, d *Doc) {
	lintMeta(r, d)
	lintAnnotations(r, d)
	if d.group() == application.Group {
		lintArgo(r, d)
		return
	}
	if name := promoters[d.group()]; name != "" {
		lintPromoter(r, d, name)
		return
	}
	known := lintBySchema(r, d)
	if clientgoscheme.Scheme.IsGroupRegistered(d.group()) {
		lintCore(r, d)
	} else if !known {
		r.note("no-schema", "judge: kind unknown to argo-cd and Kubernetes", d, "%s is only checked as a generic object", d.Obj.GroupVersionKind())
	}
}

// lintTogether judges what only the set of documents can show.
func (w *World) lintTogether(r *Report, o *options) error {
	w.lintDuplicates(r)
	if w.DefaultProjectAdded {
		r.note("default-project", "argo: server.initializeDefaultProject", nil, "no AppProject \"default\" in DIR: the all-permitting one that Argo CD creates at first start is assumed")
	}
	w.lintClusters(r)
	w.lintConfig(r)
	r.forEach(o.workers, len(w.Apps), func(r *Report, i int) {
		w.checkInWorld(r, w.Apps[i], w.Apps[i].Typed.(*v1alpha1.Application), "")
	})
	if !o.expand || len(w.AppSets) == 0 {
		return nil
	}
	return w.lintExpansion(r, o)
}

// lintDuplicates finds objects that are declared twice. Those of Argo CD itself share one
// namespace; any other may well be declared once per cluster, in a folder each.
func (w *World) lintDuplicates(r *Report) {
	type key struct {
		schema.GroupKind
		folder, namespace, name string
	}
	seen := map[key]*Doc{}
	for _, d := range w.Docs {
		if d.Obj == nil || d.Obj.GetName() == "" || isKustomization(d.File) {
			continue
		}
		k := key{d.Obj.GroupVersionKind().GroupKind(), d.folder(), d.Obj.GetNamespace(), d.Obj.GetName()}
		if k.namespace == "" && d.group() == application.Group {
			k.namespace = w.NS
		}
		if k.namespace == w.NS && slices.Contains([]string{"", application.Group}, k.Group) {
			k.folder = ""
		}
		if first := seen[k]; first != nil {
			r.fail("duplicate-object", "judge: Argo CD warns RepeatedResourceWarning and keeps one", d, "also declared in %s#%d", first.File, first.Index)
			continue
		}
		seen[k] = d
	}
}

// lintExpansion expands the ApplicationSets and judges what they generate.
func (w *World) lintExpansion(r *Report, o *options) error {
	e, err := newExpander(w, o)
	if err != nil {
		return err
	}
	defer e.repos.close()
	x, err := e.expandAll(r, o)
	if err != nil {
		return err
	}
	e.validateGenerated(r, x, o)
	r.Stats["generatedApplications"] = len(x.Apps)
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
