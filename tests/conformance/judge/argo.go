package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// argoType is a new value of the Go type of a kind of argoproj.io, nil if it has none.
func argoType(kind string) any {
	switch kind {
	case application.ApplicationKind:
		return &v1alpha1.Application{}
	case application.ApplicationSetKind:
		return &v1alpha1.ApplicationSet{}
	case application.AppProjectKind:
		return &v1alpha1.AppProject{}
	}
	return nil
}

// lintArgo judges an Application, an ApplicationSet or an AppProject.
func lintArgo(r *Report, d *Doc) {
	if v := d.Obj.GroupVersionKind().Version; v != "v1alpha1" {
		r.fail("strict-decode", "argo: pkg/apis/application", d, "there is no version %s of argoproj.io", v)
		return
	}
	into := argoType(d.Obj.GetKind())
	if into == nil {
		r.note("no-schema", "judge: not a kind of Argo CD itself", d, "%s is only checked as a generic object", d.Obj.GroupVersionKind())
		return
	}
	strict, err := decodeTyped(d.JSON, into)
	if err != nil {
		r.fail("strict-decode", "argo: v1alpha1 types", d, "%s", oneLine(err.Error()))
		return
	}
	for _, e := range strict {
		r.fail("strict-decode", "argo: v1alpha1 types", d, "%s", e)
	}
	lintByCRD(r, d)
	switch o := d.Typed.(type) {
	case *v1alpha1.Application:
		if o.Spec.Project == "" {
			r.fail("app-project", "argo: CRD requires spec.project", d, "spec.project is empty")
		}
		checkAlone(r, d, o, "")
		lintNormal(r, d, o)
	case *v1alpha1.AppProject:
		lintProject(r, d, o)
	case *v1alpha1.ApplicationSet:
		lintAppSet(r, d, o)
	}
}

// lintNormal finds what the application controller takes out of a spec when it stores its normal
// form: the parent that writes it again stays OutOfSync for ever.
func lintNormal(r *Report, d *Doc, app *v1alpha1.Application) {
	stored := app.DeepCopy()
	stored.Spec = *argo.NormalizeApplicationSpec(&stored.Spec)
	for _, diff := range diffJSON(app.Name, "", toMap(app), toMap(stored)) {
		r.fail("app-not-normal", "argo: util/argo.NormalizeApplicationSpec", d, "Argo CD stores %s as %s, not %s", diff.Path, show(diff.B), show(diff.A))
	}
}

// lintByCRD judges a document by the schema of its kind, as the apiserver would.
func lintByCRD(r *Report, d *Doc) {
	schemas, err := crdSchemas()
	if err != nil {
		r.fail("crd-schema", "judge", d, "%s", err)
		return
	}
	errs, pruned := schemas[d.Obj.GroupVersionKind()].check(d.Obj.Object)
	for _, e := range errs {
		r.fail("crd-schema", "k8s: apiextensions validation of the CRD", d, "%s", oneLine(e.Error()))
	}
	for _, p := range pruned {
		r.fail("crd-pruned", "k8s: apiextensions pruning of the CRD", d, "the apiserver would silently drop %s", p)
	}
}

func lintProject(r *Report, d *Doc, p *v1alpha1.AppProject) {
	for _, win := range p.Spec.SyncWindows {
		if win != nil && win.TimeZone != "" {
			if _, err := time.LoadLocation(win.TimeZone); err != nil {
				r.fail("project-timezone", "judge: Argo CD logs a warning and uses UTC", d, "sync window has unknown time zone %q", win.TimeZone)
			}
		}
	}
	// ValidateProject writes to the sync windows it looks at.
	if err := p.DeepCopy().ValidateProject(); err != nil {
		r.fail("project", "argo: AppProject.ValidateProject", d, "%s", oneLine(err.Error()))
	}
	for _, role := range p.Spec.Roles {
		for _, pol := range role.Policies {
			checkPolicyLine(r, d, pol)
		}
	}
}

func lintAppSet(r *Report, d *Doc, s *v1alpha1.ApplicationSet) {
	if err := utils.CheckInvalidGenerators(s); err != nil {
		r.fail("appset-generator", "argo: applicationset/utils.CheckInvalidGenerators", d, "%s", err)
	}
	if strings.Contains(s.Spec.Template.Spec.Project, "{{") {
		r.warn("appset-templated-project", "argo: server.validateAppSet refuses it through API and CLI; kubectl works", d, "spec.template.spec.project is templated")
	}
	if !s.Spec.GoTemplate && len(s.Spec.GoTemplateOptions) > 0 {
		r.warn("appset-options-without-gotemplate", "judge: goTemplateOptions are used with goTemplate: true only", d, "goTemplateOptions without goTemplate")
	}
	if s.Spec.GoTemplate && !slices.Contains(s.Spec.GoTemplateOptions, "missingkey=error") {
		r.warn("appset-missingkey", "judge: a missing key renders as <no value>", d, "goTemplateOptions does not have missingkey=error")
	}
	for i, g := range s.Spec.Generators {
		lintNested(r, d, fmt.Sprintf("spec.generators[%d]", i), nestedOf(g))
	}
}

func nestedOf(g v1alpha1.ApplicationSetGenerator) (nested []v1alpha1.ApplicationSetNestedGenerator) {
	if g.Matrix != nil {
		nested = append(nested, g.Matrix.Generators...)
	}
	if g.Merge != nil {
		nested = append(nested, g.Merge.Generators...)
	}
	return nested
}

// lintNested decodes the generators of generators within a generator, which are free-form JSON
// to the CRD and to the outer Go type.
func lintNested(r *Report, d *Doc, path string, nested []v1alpha1.ApplicationSetNestedGenerator) {
	for i, n := range nested {
		at := fmt.Sprintf("%s.generators[%d]", path, i)
		lintNestedJSON(r, d, at+".matrix", n.Matrix, &v1alpha1.NestedMatrixGenerator{})
		lintNestedJSON(r, d, at+".merge", n.Merge, &v1alpha1.NestedMergeGenerator{})
	}
}

func lintNestedJSON(r *Report, d *Doc, path string, raw *apiextv1.JSON, into any) {
	if raw == nil {
		return
	}
	strict, err := decodeTyped(raw.Raw, into)
	if err != nil {
		strict = append(strict, err)
	}
	for _, e := range strict {
		r.fail("strict-decode", "argo: v1alpha1 types of nested generators", d, "%s: %v", path, e)
	}
}
