package main

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
