package main

import (
	"encoding/json"
	"io"
	"io/fs"
	"strings"
)

// promoters are what promotes, by the group of its kinds, which the judge knows by their CRDs alone.
var promoters = map[string]string{"kargo.akuity.io": "Kargo", "promoter.argoproj.io": "GitOps Promoter"}

// lintPromoter judges an object of what promotes by the schema of its kind.
func lintPromoter(r *Report, d *Doc, name string) {
	schemas, err := crdSchemas()
	if err != nil {
		r.fail("crd-schema", "judge", d, "%s", err)
		return
	}
	s := schemas[d.Obj.GroupVersionKind()]
	if s == nil {
		r.fail("crd-schema", name+": its CRDs", d, "%s has no kind %s", name, d.Obj.GroupVersionKind())
		return
	}
	if s.namespaced && d.Obj.GetNamespace() == "" {
		r.fail("object-meta", name+": scope of the CRD", d, "a %s belongs to a namespace", d.Obj.GetKind())
	}
	lintByCRD(r, d)
}

// cmdSchemas answers with the JSON schemas of what Kargo's definitions leave open: the configuration of
// each step, and what a Warehouse subscribes to. They are of a draft that no linked module reads.
func cmdSchemas(*options, []string) (*answer, error) {
	schemas := map[string]json.RawMessage{}
	err := fs.WalkDir(crdFiles, "crds/kargo", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		data, err := crdFiles.ReadFile(path)
		schemas[strings.TrimPrefix(path, "crds/kargo/")] = data
		return err
	})
	return &answer{ok: true, result: schemas, text: func(io.Writer) {}}, err
}
