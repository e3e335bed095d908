package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	pathvalidation "k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/kustomize/api/krusty"
	ktypes "sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/ignore"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	argocommon "github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/db"
)

// clusterScoped are the core kinds without a namespace; every other known kind has one.
var clusterScoped = map[string]bool{
	"Namespace": true, "ClusterRole": true, "ClusterRoleBinding": true, "CustomResourceDefinition": true,
	"PersistentVolume": true, "StorageClass": true, "PriorityClass": true, "IngressClass": true, "APIService": true,
	"ValidatingWebhookConfiguration": true, "MutatingWebhookConfiguration": true, "ValidatingAdmissionPolicy": true,
	"ValidatingAdmissionPolicyBinding": true, "RuntimeClass": true, "ClusterIssuer": true, "Node": true,
}

var strictCore = serializer.NewCodecFactory(clientgoscheme.Scheme, serializer.EnableStrict).UniversalDeserializer()

func cmdLint(o *options, args []string) (*answer, error) {
	dir := args[0]
	r := newReport("lint")
	w, err := openWorld(dir, o)
	if err != nil {
		return nil, err
	}
	defer w.close()
	perDoc := make([][]Finding, len(w.Docs))
	err = parallel(o.workers, len(w.Docs), func(i int) error {
		sub := newReport("")
		w.lintDoc(sub, w.Docs[i], dir)
		perDoc[i] = sub.Findings
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range perDoc {
		r.Findings = append(r.Findings, f...)
	}
	w.lintTogether(r)
	if o.build {
		lintKustomizeBuild(r, w, dir)
	}
	if o.expand && len(w.AppSets) > 0 {
		if err := w.lintExpansion(r, o); err != nil {
			return nil, err
		}
	}
	kinds := map[string]int{}
	for _, d := range w.Docs {
		if d.Obj != nil {
			kinds[d.Obj.GetKind()]++
		}
	}
	r.Stats["documents"], r.Stats["kinds"] = len(w.Docs), kinds
	return r.answer(o), nil
}

// lintDoc judges one document by itself (and against the projects and clusters of the world).
func (w *World) lintDoc(r *Report, d *Doc, dir string) {
	if d.Err != nil {
		r.fail("yaml", "k8s: sigs.k8s.io/yaml strict", d, "%s", oneLine(d.Err.Error()))
		return
	}
	if isKustomization(d.File) {
		lintKustomization(r, d, dir)
		return
	}
	if d.Obj.GetKind() == "" || d.Obj.GetAPIVersion() == "" {
		r.fail("no-kind", "k8s: every object has apiVersion and kind", d, "document has no apiVersion or kind")
		return
	}
	w.lintMeta(r, d)
	switch {
	case d.group() == application.Group:
		w.lintArgo(r, d)
	case clientgoscheme.Scheme.IsGroupRegistered(d.group()):
		lintCore(r, d)
	default:
		r.add(sevNote, "no-schema", "judge: kind unknown to argo-cd and client-go", d, "%s is only checked as a generic object", d.Obj.GroupVersionKind())
	}
	lintAnnotations(r, d)
}

func (w *World) lintMeta(r *Report, d *Doc) {
	var meta metav1.ObjectMeta
	m, _, _ := unstructuredMeta(d)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m, &meta); err != nil {
		r.fail("object-meta", "k8s: metav1.ObjectMeta", d, "%s", oneLine(err.Error()))
		return
	}
	name := apivalidation.NameIsDNSSubdomain
	switch kind := d.Obj.GetKind(); {
	case kind == "Namespace":
		name = apivalidation.NameIsDNSLabel
	case kind == "Service":
		name = apivalidation.NameIsDNS1035Label
	case d.group() == rbacv1.GroupName:
		name = pathvalidation.ValidatePathSegmentName
	}
	for _, e := range validateMeta(&meta, !clusterScoped[d.Obj.GetKind()], name) {
		r.fail("object-meta", "k8s: api/validation.ValidateObjectMeta", d, "%s", oneLine(e.Error()))
	}
}

func unstructuredMeta(d *Doc) (map[string]any, bool, error) {
	m, ok := d.Obj.Object["metadata"].(map[string]any)
	if !ok {
		return map[string]any{}, false, nil
	}
	return m, true, nil
}

// lintArgo judges Application, ApplicationSet and AppProject.
func (w *World) lintArgo(r *Report, d *Doc) {
	if v := d.Obj.GroupVersionKind().Version; v != "v1alpha1" {
		r.fail("strict-decode", "argo: pkg/apis/application", d, "there is no version %s of argoproj.io", v)
		return
	}
	var into any
	switch d.Obj.GetKind() {
	case application.ApplicationKind:
		into = &v1alpha1.Application{}
	case application.ApplicationSetKind:
		into = &v1alpha1.ApplicationSet{}
	case application.AppProjectKind:
		into = &v1alpha1.AppProject{}
	default:
		r.add(sevNote, "no-schema", "judge: not a kind of Argo CD itself", d, "%s is only checked as a generic object", d.Obj.GroupVersionKind())
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
	if s := w.schemas[d.Obj.GetKind()]; s != nil {
		errs, pruned := s.check(d.Obj.Object)
		for _, e := range errs {
			r.fail("crd-schema", "k8s: apiextensions validation of the argo-cd CRD", d, "%s", oneLine(e.Error()))
		}
		for _, p := range pruned {
			r.fail("crd-pruned", "k8s: apiextensions pruning of the argo-cd CRD", d, "the apiserver would silently drop %s", p)
		}
	}
	switch o := d.Typed.(type) {
	case *v1alpha1.Application:
		w.checkApp(r, d, o, "")
		if o.Spec.Project == "" {
			r.fail("app-project", "argo: CRD requires spec.project", d, "spec.project is empty")
		}
	case *v1alpha1.AppProject:
		w.lintProject(r, d, o)
	case *v1alpha1.ApplicationSet:
		lintAppSet(r, d, o)
	}
}

func (w *World) lintProject(r *Report, d *Doc, p *v1alpha1.AppProject) {
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
	if s.Spec.GoTemplate {
		missing := false
		for _, o := range s.Spec.GoTemplateOptions {
			missing = missing || o == "missingkey=error"
		}
		if !missing {
			r.warn("appset-missingkey", "judge: a missing key renders as <no value>", d, "goTemplateOptions does not have missingkey=error")
		}
	}
	// Second-level generators are free-form JSON to the CRD and to the outer Go type.
	for i, g := range s.Spec.Generators {
		var nested []v1alpha1.ApplicationSetNestedGenerator
		if g.Matrix != nil {
			nested = append(nested, g.Matrix.Generators...)
		}
		if g.Merge != nil {
			nested = append(nested, g.Merge.Generators...)
		}
		for j, n := range nested {
			path := fmt.Sprintf("spec.generators[%d].generators[%d]", i, j)
			for _, child := range []struct {
				name string
				raw  []byte
				into any
			}{
				{"matrix", rawJSON(n.Matrix), &v1alpha1.NestedMatrixGenerator{}},
				{"merge", rawJSON(n.Merge), &v1alpha1.NestedMergeGenerator{}},
			} {
				if child.raw == nil {
					continue
				}
				strict, err := decodeTyped(child.raw, child.into)
				if err != nil {
					strict = append(strict, err)
				}
				for _, e := range strict {
					r.fail("strict-decode", "argo: v1alpha1.Nested"+child.name+"Generator", d, "%s.%s: %v", path, child.name, e)
				}
			}
		}
	}
}

// lintCore decodes a Kubernetes object strictly with the types of client-go.
func lintCore(r *Report, d *Doc) {
	obj, _, err := strictCore.Decode(d.JSON, nil, nil)
	var strict interface{ Errors() []error }
	switch {
	case err == nil:
	case runtime.IsNotRegisteredError(err):
		r.fail("strict-decode", "k8s: client-go scheme", d, "no such kind: %s", d.Obj.GroupVersionKind())
	case runtime.IsStrictDecodingError(err) && errors.As(err, &strict):
		for _, e := range strict.Errors() {
			r.fail("strict-decode", "k8s: client-go types", d, "%s", e)
		}
	default:
		r.fail("strict-decode", "k8s: client-go types", d, "%s", oneLine(err.Error()))
	}
	switch b := obj.(type) {
	case *rbacv1.RoleBinding:
		lintBinding(r, d, b.RoleRef, b.Subjects)
	case *rbacv1.ClusterRoleBinding:
		lintBinding(r, d, b.RoleRef, b.Subjects)
	}
}

// lintBinding repeats the few rules of k8s.io/kubernetes/pkg/apis/rbac/validation, which is
// too large a module to link for them.
func lintBinding(r *Report, d *Doc, ref rbacv1.RoleRef, subjects []rbacv1.Subject) {
	const by = "judge: as kubernetes ValidateRoleBinding"
	if ref.APIGroup != rbacv1.GroupName || (ref.Kind != "Role" && ref.Kind != "ClusterRole") || ref.Name == "" {
		r.fail("rolebinding", by, d, "roleRef must be a Role or ClusterRole of %s with a name", rbacv1.GroupName)
	}
	for i, s := range subjects {
		want := rbacv1.GroupName
		switch s.Kind {
		case "ServiceAccount":
			want = ""
			if s.Namespace == "" {
				r.fail("rolebinding", by, d, "subjects[%d]: a ServiceAccount needs a namespace", i)
			}
		case "User", "Group":
		default:
			r.fail("rolebinding", by, d, "subjects[%d]: unknown kind %q", i, s.Kind)
		}
		if s.APIGroup != want && !(s.APIGroup == "" && want == rbacv1.GroupName) {
			r.fail("rolebinding", by, d, "subjects[%d]: apiGroup must be %q", i, want)
		}
		if s.Name == "" {
			r.fail("rolebinding", by, d, "subjects[%d]: no name", i)
		}
	}
}

// lintAnnotations finds annotations that Argo CD would ignore without a word.
func lintAnnotations(r *Report, d *Doc) {
	a := d.Obj.GetAnnotations()
	if v, ok := a[common.AnnotationSyncWave]; ok {
		if _, err := strconv.Atoi(v); err != nil {
			r.fail("sync-wave", "judge: gitops-engine syncwaves.Wave takes it as wave 0", d, "sync-wave %q is not an integer", v)
		}
	}
	if v, ok := a[common.AnnotationKeyHook]; ok {
		if ignore.Ignore(d.Obj) {
			r.fail("hook", "argo: gitops-engine ignore.Ignore", d, "hook %q has no type Argo CD knows: the object would never be applied", v)
		}
		for _, t := range strings.Split(v, ",") {
			if _, ok := common.NewHookType(strings.TrimSpace(t)); !ok {
				r.fail("hook", "argo: gitops-engine common.NewHookType", d, "unknown hook type %q", t)
			}
		}
	}
	for _, o := range strings.Split(a[common.AnnotationSyncOptions], ",") {
		if o = strings.TrimSpace(o); o != "" && !knownSyncOption(o) {
			r.fail("sync-option", "judge: Argo CD ignores sync options it does not know", d, "unknown sync option %q", o)
		}
	}
}

// lintTogether judges what only the set of documents can show.
func (w *World) lintTogether(r *Report) {
	seen := map[string]*Doc{}
	for _, d := range w.Docs {
		if d.Obj == nil || d.Obj.GetName() == "" || isKustomization(d.File) {
			continue
		}
		ns := d.Obj.GetNamespace()
		if ns == "" && d.group() == application.Group {
			ns = w.NS
		}
		k := strings.Join([]string{d.group(), d.Obj.GetKind(), ns, d.Obj.GetName()}, "|")
		if first := seen[k]; first != nil {
			r.fail("duplicate-object", "judge: Argo CD warns RepeatedResourceWarning and keeps one", d, "also declared in %s#%d", first.File, first.Index)
			continue
		}
		seen[k] = d
	}
	if w.DefaultProjectAdded {
		r.add(sevNote, "default-project", "argo: server.initializeDefaultProject", nil, "no AppProject \"default\" in DIR: the all-permitting one that Argo CD creates at first start is assumed")
	}
	w.lintClusters(r)
	w.lintConfig(r)
}

func (w *World) lintClusters(r *Report) {
	byName, byServer := map[string]*Doc{}, map[string]*Doc{}
	for _, d := range w.Docs {
		s, ok := d.Typed.(*corev1.Secret)
		if !ok || !isClusterSecret(s) {
			continue
		}
		if s.Namespace != w.NS {
			r.fail("cluster-secret", "argo: ClusterInformer watches the Argo CD namespace only", d, "cluster Secret is in namespace %s, Argo CD in %s", s.Namespace, w.NS)
			continue
		}
		c, err := db.SecretToCluster(s)
		if err != nil {
			r.fail("cluster-secret", "argo: util/db.SecretToCluster", d, "%s", oneLine(err.Error()))
			continue
		}
		if strict, err := decodeTyped(s.Data["config"], &v1alpha1.ClusterConfig{}); err == nil {
			for _, e := range strict {
				r.fail("cluster-secret", "argo: v1alpha1.ClusterConfig", d, "config: %v", e)
			}
		}
		if c.Server == "" {
			r.fail("cluster-secret", "argo: util/db.SecretToCluster", d, "no server")
		}
		if c.Name == "" {
			r.fail("cluster-secret", "judge: the clusters generator yields an empty name", d, "no name")
		}
		for _, x := range []struct {
			what string
			val  string
			m    map[string]*Doc
		}{{"name", c.Name, byName}, {"server", strings.TrimRight(c.Server, "/"), byServer}} {
			if first := x.m[x.val]; first != nil && x.val != "" {
				r.fail("cluster-duplicate", "argo: GetDestinationServer / ClusterInformer", d, "%s %q is also that of %s", x.what, x.val, first.ID())
			}
			x.m[x.val] = d
		}
	}
}

// lintConfig reads the argocd-* ConfigMaps through Argo CD's own readers.
func (w *World) lintConfig(r *Report) {
	for _, d := range w.Docs {
		cm, ok := d.Typed.(*corev1.ConfigMap)
		if !ok || cm.Namespace != w.NS {
			continue
		}
		switch cm.Name {
		case argocommon.ArgoCDRBACConfigMapName:
			lintRBACConfigMap(r, d, cm)
		case argocommon.ArgoCDConfigMapName:
			if cm.Labels["app.kubernetes.io/part-of"] != "argocd" {
				r.fail("argocd-cm", "argo: settings manager watches app.kubernetes.io/part-of=argocd only", d, "argocd-cm lacks the label app.kubernetes.io/part-of: argocd and would not be seen")
				continue
			}
			for name, read := range map[string]func() error{
				"resource overrides": func() error { _, err := w.Settings.GetResourceOverrides(); return err },
				"resource filter":    func() error { _, err := w.Settings.GetResourcesFilter(); return err },
				"tracking method":    func() error { _, err := w.Settings.GetTrackingMethod(); return err },
				"global projects":    func() error { _, err := w.Settings.GetGlobalProjectsSettings(); return err },
				"kustomize":          func() error { _, err := w.Settings.GetKustomizeSettings(); return err },
			} {
				if err := read(); err != nil {
					r.fail("argocd-cm", "argo: util/settings", d, "%s: %s", name, oneLine(err.Error()))
				}
			}
		}
	}
}

// lintKustomization decodes a kustomization file as kustomize does: unknown fields are errors.
func lintKustomization(r *Report, d *Doc, dir string) {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(d.File)))
	if err != nil {
		r.fail("kustomization", "judge", d, "%v", err)
		return
	}
	var k ktypes.Kustomization
	if err := k.Unmarshal(data); err != nil {
		r.fail("kustomization", "kustomize: types.Kustomization.Unmarshal", d, "%s", oneLine(err.Error()))
		return
	}
	for _, e := range k.EnforceFields() {
		r.fail("kustomization", "kustomize: Kustomization.EnforceFields", d, "%s", e)
	}
	for _, w := range *k.CheckDeprecatedFields() {
		r.warn("kustomization", "kustomize: CheckDeprecatedFields", d, "%s", oneLine(w))
	}
}

// lintKustomizeBuild builds every kustomization of DIR with the kustomize library.
func lintKustomizeBuild(r *Report, w *World, dir string) {
	for _, d := range w.Docs {
		if d.Err != nil || !isKustomization(d.File) || d.Obj == nil || d.Obj.GetKind() == "Component" {
			continue
		}
		if _, err := kustomizeBuild(filepath.Join(dir, filepath.Dir(filepath.FromSlash(d.File)))); err != nil {
			r.fail("kustomize-build", "kustomize: krusty.Run", d, "%s", oneLine(err.Error()))
		}
	}
}

// kustomizeBuild is `kustomize build PATH`, which Argo CD runs as a program.
func kustomizeBuild(path string) ([]byte, error) {
	m, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		return nil, err
	}
	return m.AsYaml()
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
