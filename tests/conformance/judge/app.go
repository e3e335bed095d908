package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// checkApp says what Argo CD and the apiserver think of one Application, given the projects
// and clusters of the world. It is used for Applications in DIR and for generated ones.
func (w *World) checkApp(r *Report, d *Doc, app *v1alpha1.Application, prefix string) {
	ctx := context.Background()
	fail := func(rule, by, msg string) { r.fail(rule, by, d, "%s%s", prefix, oneLine(msg)) }

	if prefix != "" { // a document of DIR was checked as such by lint
		for _, e := range validateMeta(&app.ObjectMeta, true, apivalidation.NameIsDNSSubdomain) {
			fail("object-meta", "k8s: api/validation.ValidateObjectMeta", e.Error())
		}
		if s := w.schemas["Application"]; s != nil {
			if u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(app); err == nil {
				u["apiVersion"], u["kind"] = "argoproj.io/v1alpha1", "Application"
				delete(u, "status")
				errs, _ := s.check(u)
				for _, e := range errs {
					fail("crd-schema", "k8s: apiextensions validation of the Application CRD", e.Error())
				}
			}
		}
	}

	proj, err := w.project(app.Spec.GetProject())
	switch {
	case err != nil:
		fail("app-project", "argo: util/argo.GetAppProjectByName", err.Error())
	case !proj.IsAppNamespacePermitted(app, w.NS):
		fail("app-namespace", "argo: AppProject.IsAppNamespacePermitted", argo.ErrProjectNotPermitted(app.Name, app.Namespace, proj.Name).Error())
	default:
		conditions, err := argo.ValidatePermissions(ctx, &app.Spec, proj, w.DB)
		if err != nil {
			fail("app-permissions", "argo: util/argo.ValidatePermissions", err.Error())
		}
		for _, c := range conditions {
			fail("app-permissions", "argo: util/argo.ValidatePermissions", c.Message)
		}
	}
	// With no project there is still the destination to judge.
	if err != nil {
		if _, err := argo.GetDestinationCluster(ctx, app.Spec.Destination, w.DB); err != nil {
			fail("app-destination", "argo: util/argo.GetDestinationCluster", err.Error())
		}
	}
	for _, c := range argo.ValidateManagedByURL(app) {
		fail("app-managed-by-url", "argo: util/argo.ValidateManagedByURL", c.Message)
	}
	if app.Spec.HasMultipleSources() {
		seen := map[string]bool{}
		for _, s := range app.Spec.Sources {
			if s.Name != "" && seen[s.Name] {
				fail("app-source-name", "argo: as server.validateAndNormalizeApp", "duplicate source name "+s.Name)
			}
			seen[s.Name] = true
		}
		if app.Spec.Source != nil {
			r.warn("app-both-sources", "judge: Argo CD ignores spec.source when spec.sources is set", d, "%sspec.source and spec.sources are both given", prefix)
		}
	}
	for _, src := range app.Spec.GetSources() {
		if err := checkPath(src.Path); err != nil {
			fail("app-path", "judge: as util/app/path.Path in the repo-server", err.Error())
		}
	}
	if p := app.Spec.SyncPolicy; p != nil {
		if p.Retry != nil {
			if _, err := p.Retry.NextRetryAt(time.Time{}, 1); err != nil {
				fail("app-retry", "argo: RetryStrategy.NextRetryAt", err.Error())
			}
		}
		for _, o := range p.SyncOptions {
			if !knownSyncOption(o) {
				fail("sync-option", "judge: Argo CD ignores sync options it does not know", fmt.Sprintf("unknown sync option %q", o))
			}
		}
	}
	w.checkTracking(r, d, app, prefix)
}

// syncOptionValues are those that argo-cd v3.5 and its gitops-engine look for. They compare
// the whole string: CreateNamespace=True is not CreateNamespace=true.
var syncOptionValues = map[string]string{
	"ApplyOutOfSyncOnly": "true false", "ClientSideApplyMigration": "true false", "CreateNamespace": "true false",
	"Delete": "true false confirm", "FailOnSharedResource": "true false", "Force": "true false", "Prune": "true false confirm",
	"PruneLast": "true false", "PrunePropagationPolicy": "foreground background orphan", "Replace": "true false",
	"RespectIgnoreDifferences": "true false", "ServerSideApply": "true false", "SkipDryRunOnMissingResource": "true false", "Validate": "true false",
}

func knownSyncOption(o string) bool {
	name, value, _ := strings.Cut(o, "=")
	return slices.Contains(strings.Fields(syncOptionValues[name]), value)
}

// checkPath finds paths that the repo-server refuses (util/app/path.Path wants a checkout).
func checkPath(p string) error {
	switch {
	case strings.HasPrefix(p, "/"):
		return fmt.Errorf("path %q is absolute", p)
	case strings.HasPrefix(path.Clean(p)+"/", "../"):
		return fmt.Errorf("path %q leaves the repository", p)
	}
	return nil
}

// checkTracking lets Argo CD put its tracking metadata on an object and asks Kubernetes whether
// the result is storable: with label tracking, Application names over 63 characters are not.
func (w *World) checkTracking(r *Report, d *Doc, app *v1alpha1.Application, prefix string) {
	if len(app.Name)+len(app.Namespace) < 60 {
		return
	}
	method, err := w.Settings.GetTrackingMethod()
	if err != nil {
		return
	}
	key, err := w.Settings.GetAppInstanceLabelKey()
	if err != nil {
		return
	}
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "x", "namespace": "x"}}}
	err = argo.NewResourceTracking().SetAppInstance(u, key, app.InstanceName(w.NS), "x", v1alpha1.TrackingMethod(method), "")
	if err != nil {
		r.fail("app-tracking", "argo: ResourceTracking.SetAppInstance", d, "%s%v", prefix, err)
		return
	}
	meta := metav1.ObjectMeta{Name: "x", Namespace: "x", Labels: u.GetLabels(), Annotations: u.GetAnnotations()}
	for _, e := range validateMeta(&meta, true, apivalidation.NameIsDNSSubdomain) {
		r.fail("app-tracking", "k8s: the objects of this Application could not be stored", d, "%s%v", prefix, e)
	}
}

// project is the project as the application controller uses it: merged with its scoped
// repositories and clusters and with global projects.
func (w *World) project(name string) (*v1alpha1.AppProject, error) {
	type entry struct {
		p   *v1alpha1.AppProject
		err error
	}
	if e, ok := w.projCache.Load(name); ok {
		return e.(entry).p, e.(entry).err
	}
	p, err := argo.GetAppProjectByName(context.Background(), name, w.ProjLister, w.NS, w.Settings, w.DB)
	w.projCache.Store(name, entry{p, err})
	return p, err
}

func (w *World) clusters() []*corev1.Secret {
	var out []*corev1.Secret
	for _, s := range w.Secrets {
		if isClusterSecret(s) && s.Namespace == w.NS {
			out = append(out, s)
		}
	}
	return out
}

func validateMeta(m *metav1.ObjectMeta, namespaced bool, name apivalidation.ValidateNameFunc) field.ErrorList {
	c := m.DeepCopy()
	if namespaced && c.Namespace == "" {
		c.Namespace = "default" // filled in by kubectl, kustomize or Argo CD
	}
	return apivalidation.ValidateObjectMeta(c, namespaced, name, field.NewPath("metadata"))
}

// readCache stands for the informer cache in front of the controller's client: the two reads
// that generators do are answered from memory, everything else by controller-runtime's fake.
type readCache struct {
	client.Client
	w *World
}

func newReadCache(c client.Client, w *World) client.Client { return &readCache{Client: c, w: w} }

func (c *readCache) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	secrets, ok := list.(*corev1.SecretList)
	if !ok {
		return c.Client.List(ctx, list, opts...)
	}
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	for _, s := range c.w.sortedSecrets() {
		if o.Namespace != "" && s.Namespace != o.Namespace {
			continue
		}
		if o.LabelSelector != nil && !o.LabelSelector.Matches(labelSet(s.Labels)) {
			continue
		}
		secrets.Items = append(secrets.Items, *s)
	}
	return nil
}

func (c *readCache) Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	if p, ok := obj.(*v1alpha1.AppProject); ok {
		if found := c.w.Projects[key]; found != nil {
			found.DeepCopyInto(p)
			return nil
		}
	}
	return c.Client.Get(ctx, key, obj, opts...)
}
