package main

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// checkGenerated judges an Application that an ApplicationSet generates as if it stood in DIR.
func (w *World) checkGenerated(r *Report, d *Doc, app *v1alpha1.Application) {
	prefix := "generated " + app.Name + ": "
	for _, e := range validateMeta(&app.ObjectMeta, true, apivalidation.NameIsDNSSubdomain) {
		r.fail("object-meta", "k8s: api/validation.ValidateObjectMeta", d, "%s%s", prefix, oneLine(e.Error()))
	}
	if u, err := untyped(app); err == nil {
		generated := *d
		generated.Obj = &unstructured.Unstructured{Object: u}
		sub := newReport("")
		lintByCRD(sub, &generated)
		for _, f := range sub.Findings {
			r.add(f.Severity, f.Rule, f.By, d, "%s%s", prefix, f.Message)
		}
	}
	checkAlone(r, d, app, prefix)
	w.checkInWorld(r, d, app, prefix)
}

// untyped is the Application as it is sent to an apiserver, without status.
func untyped(app *v1alpha1.Application) (map[string]any, error) {
	u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(app)
	if err != nil {
		return nil, err
	}
	delete(u, "status")
	u["apiVersion"], u["kind"] = "argoproj.io/v1alpha1", "Application"
	return u, nil
}

// checkAlone says what Argo CD thinks of an Application wherever it is applied.
func checkAlone(r *Report, d *Doc, app *v1alpha1.Application, prefix string) {
	fail := func(rule, by, msg string) { r.fail(rule, by, d, "%s%s", prefix, oneLine(msg)) }
	for _, c := range managedByURL(app) {
		fail("app-managed-by-url", "argo: util/argo.ValidateManagedByURL", c.Message)
	}
	if app.Spec.HasMultipleSources() && app.Spec.Source != nil {
		r.warn("app-both-sources", "judge: Argo CD ignores spec.source when spec.sources is set", d, "%sspec.source and spec.sources are both given", prefix)
	}
	seen := map[string]bool{}
	for _, s := range app.Spec.GetSources() {
		if s.Name != "" && seen[s.Name] {
			fail("app-source-name", "argo: as server.validateAndNormalizeApp", "duplicate source name "+s.Name)
		}
		seen[s.Name] = true
		if _, err := s.ExplicitType(); err != nil {
			fail("app-source-type", "argo: ApplicationSource.ExplicitType", err.Error())
		}
		if err := checkPath(s.Path); err != nil {
			fail("app-path", "judge: as util/app/path.Path in the repo-server", err.Error())
		}
	}
	if p := app.Spec.SyncPolicy; p != nil {
		checkSyncPolicy(p, fail)
	}
}

func checkSyncPolicy(p *v1alpha1.SyncPolicy, fail func(rule, by, msg string)) {
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

// checkInWorld says what Argo CD thinks of an Application given the projects, clusters and
// settings of DIR.
func (w *World) checkInWorld(r *Report, d *Doc, app *v1alpha1.Application, prefix string) {
	ctx := context.Background()
	fail := func(rule, by string, err error) { r.fail(rule, by, d, "%s%s", prefix, oneLine(err.Error())) }
	proj, err := w.project(app.Spec.GetProject())
	switch {
	case err != nil:
		fail("app-project", "argo: util/argo.GetAppProjectByName", err)
		// With no project there is still the destination to judge.
		if _, err := w.destinationCluster(ctx, app.Spec.Destination); err != nil {
			fail("app-destination", "argo: util/argo.GetDestinationCluster", err)
		}
	case !proj.IsAppNamespacePermitted(app, w.NS):
		fail("app-namespace", "argo: AppProject.IsAppNamespacePermitted", argo.ErrProjectNotPermitted(app.Name, app.Namespace, proj.Name))
	default:
		conditions, err := argo.ValidatePermissions(ctx, &app.Spec, proj, w.DB)
		if err != nil {
			fail("app-permissions", "argo: util/argo.ValidatePermissions", err)
		}
		for _, c := range conditions {
			r.fail("app-permissions", "argo: util/argo.ValidatePermissions", d, "%s%s", prefix, oneLine(c.Message))
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
