package main

import (
	"encoding/json"
	"io"
	"io/fs"
	"strings"
)

// kargoGroup is the group of Kargo's kinds, which the judge knows by their CRDs alone.
const kargoGroup = "kargo.akuity.io"

// lintKargo judges an object of Kargo by the schema of its kind, and by what the admission webhooks
// and controllers of Kargo say that no schema can.
func lintKargo(r *Report, d *Doc) {
	schemas, err := crdSchemas()
	if err != nil {
		r.fail("crd-schema", "judge", d, "%s", err)
		return
	}
	s := schemas[d.Obj.GroupVersionKind()]
	if s == nil {
		r.fail("crd-schema", "kargo: resources/crds", d, "Kargo has no kind %s", d.Obj.GroupVersionKind())
		return
	}
	if s.namespaced && d.Obj.GetNamespace() == "" {
		r.fail("object-meta", "kargo: scope of the CRD", d, "a %s belongs to the namespace of a Project", d.Obj.GetKind())
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
