package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	gosync "github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// prepare does what comes before a sync: project, permissions, cluster, manifests.
func (s *simulation) prepare(a *simApp, root bool) (err error) {
	spec := &a.app.Spec
	if a.app.Namespace != s.w.NS {
		return fmt.Errorf("Application is in namespace %s, which the controller does not watch by default", a.app.Namespace)
	}
	if a.project, err = s.w.project(spec.GetProject()); err != nil {
		return err
	}
	conditions, err := argo.ValidatePermissions(context.Background(), spec, a.project, s.w.DB)
	if err != nil {
		return err
	}
	if len(conditions) > 0 {
		return errors.New(argo.FormatAppConditions(conditions))
	}
	if a.cluster, err = s.w.destinationCluster(context.Background(), spec.Destination); err != nil {
		return err
	}
	if !root && !s.o.syncManual && !automated(spec.SyncPolicy) {
		a.message = "not automated: waits for a user to sync it"
		return nil
	}
	if a.targets, err = s.manifests(a); err != nil {
		return err
	}
	s.checkShared(a)
	a.phase = common.OperationRunning
	return nil
}

// checkShared finds objects that two Applications apply to one cluster, or one applies twice.
func (s *simulation) checkShared(a *simApp) {
	c := s.cluster(a.cluster.Server)
	for _, t := range a.targets {
		if t.GetName() == "" {
			continue // generateName
		}
		switch owner := c.owners[c.key(t)]; owner {
		case nil:
			c.owners[c.key(t)] = a
		case a:
			s.r.fail("repeated-resource", "judge: Argo CD warns RepeatedResourceWarning and keeps one", a.doc, "%s has %s/%s more than once", a.app.Name, t.GetKind(), t.GetName())
		default:
			s.r.fail("shared-resource", "judge: Argo CD warns SharedResourceWarning", a.doc, "%s/%s is part of applications %s and %s", t.GetKind(), t.GetName(), owner.app.QualifiedName(), a.app.QualifiedName())
		}
	}
}

// syncing is one call of the engine and what it tells on the way.
type syncing struct {
	ops        *recorder
	phase      string
	wave       int
	hookCalled bool
}

// advance is one call of the engine's Sync.
func (s *simulation) advance(a *simApp) {
	if a.phase == "" {
		return // manual
	}
	c := s.cluster(a.cluster.Server)
	for _, t := range a.targets {
		c.learn(t.GroupVersionKind())
	}
	c.learn(namespaceGVK)
	call := &syncing{ops: &recorder{cluster: c}, phase: string(common.SyncPhasePreSync)}
	namespace := a.app.Spec.Destination.Namespace
	targets := make([]*unstructured.Unstructured, len(a.targets))
	for i, t := range a.targets {
		targets[i] = t.DeepCopy()
	}
	cfg := &rest.Config{Host: "http://cluster.invalid", Transport: c, QPS: -1}
	ctx, cleanup, err := syncContext(gosync.Reconcile(targets, c.liveOf(a.targets), namespace, c), cfg,
		&fakeKubectl{ops: call.ops, cluster: c}, namespace, s.syncOptions(a, call))
	if err != nil {
		a.phase, a.message = common.OperationError, err.Error()
		return
	}
	ctx.Sync()
	cleanup()
	a.phase, a.message, a.results = ctx.GetState()
	s.record(a, call)
}

// syncOptions are those appStateManager.SyncAppState gives the engine.
func (s *simulation) syncOptions(a *simApp, call *syncing) []gosync.SyncOpt {
	var opts v1alpha1.SyncOptions
	if a.app.Spec.SyncPolicy != nil {
		opts = a.app.Spec.SyncPolicy.SyncOptions
	}
	engine := []gosync.SyncOpt{
		gosync.WithLogr(logr.Discard()),
		gosync.WithHealthOverride(s),
		gosync.WithPermissionValidator(func(un *unstructured.Unstructured, res *metav1.APIResource) error {
			return s.permitted(a, un, res)
		}),
		gosync.WithOperationSettings(false, false, false, false),
		gosync.WithInitialState(a.phase, a.message, a.results, a.started),
		gosync.WithManifestValidation(!opts.HasOption(common.SyncOptionsDisableValidation)),
		gosync.WithPruneLast(opts.HasOption(common.SyncOptionPruneLast)),
		gosync.WithReplace(opts.HasOption(common.SyncOptionReplace)),
		gosync.WithServerSideApply(opts.HasOption(common.SyncOptionServerSideApply)),
		gosync.WithSyncWaveHook(func(p common.SyncPhase, w int, _ bool) error {
			call.phase, call.wave, call.hookCalled = string(p), w, true
			return nil
		}),
	}
	engine = append(engine, laterOptions(opts)...)
	if opts.HasOption("CreateNamespace=true") {
		engine = append(engine, gosync.WithNamespaceModifier(func(managed, live *unstructured.Unstructured) (bool, error) {
			return managed != nil && live == nil, nil
		}))
	}
	return engine
}

// record turns the applies of one Sync call into events. A batch is a run of one kind, which
// the engine applies concurrently.
func (s *simulation) record(a *simApp, call *syncing) {
	batch, kind := 0, ""
	var evs []applied
	for i, o := range call.ops.applied {
		ev := s.event(a, call, o)
		if i == 0 && call.hookCalled && ev.Kind == "Namespace" && ev.Name == a.app.Spec.Destination.Namespace && s.firstStep(a) {
			// applied ahead of the dry run, whatever its wave
			ev.Phase, ev.Wave = "Namespace", 0
		}
		if kind != "" && kind != ev.Kind {
			batch++
		}
		kind, ev.Batch = ev.Kind, batch
		evs = append(evs, ev)
	}
	slices.SortStableFunc(evs, func(x, y applied) int {
		return cmp.Or(x.Batch-y.Batch, strings.Compare(x.Namespace+"/"+x.Name, y.Namespace+"/"+y.Name))
	})
	s.events = append(s.events, evs...)
}

func (s *simulation) event(a *simApp, call *syncing, o *unstructured.Unstructured) applied {
	ev := applied{
		Step: s.step, App: a.app.Name, Phase: call.phase, Wave: call.wave,
		Group: o.GroupVersionKind().Group, Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName(),
	}
	if !s.cluster(a.cluster.Server).namespaced(o.GroupVersionKind().GroupKind()) {
		ev.Namespace = ""
	}
	return ev
}

func (s *simulation) firstStep(a *simApp) bool {
	for _, e := range s.events {
		if e.App == a.app.Name {
			return false
		}
	}
	return true
}

// permitted is what controller.validateSyncPermissions (not exported) does.
func (s *simulation) permitted(a *simApp, un *unstructured.Unstructured, res *metav1.APIResource) error {
	gk := un.GroupVersionKind().GroupKind()
	if !kindPermitted(a.project, gk, un.GetName(), res.Namespaced) {
		return fmt.Errorf("resource %s:%s is not permitted in project %s", gk.Group, gk.Kind, a.project.Name)
	}
	if !res.Namespaced {
		return nil
	}
	ok, err := s.w.destinationPermitted(context.Background(), a.project, a.cluster, un.GetNamespace())
	if err == nil && !ok {
		err = fmt.Errorf("namespace %v is not permitted in project '%s'", un.GetNamespace(), a.project.Name)
	}
	return err
}

// GetResourceHealth is the health override: an Application is judged by Argo CD's rules for it
// (argocd-cm may give a Lua script; without one it counts as healthy at once), anything else is
// taken to become healthy right after it was applied.
func (s *simulation) GetResourceHealth(obj *unstructured.Unstructured) (*health.HealthStatus, error) {
	if gvk := obj.GroupVersionKind(); gvk.Group == application.Group && gvk.Kind == application.ApplicationKind {
		return s.overrides.GetResourceHealth(obj)
	}
	return &health.HealthStatus{Status: health.HealthStatusHealthy}, nil
}

// childrenHealthy is what the controller's aggregation makes of child Applications: they count
// where argocd-cm gives their kind a health check, and the worst of them is the parent's health.
func (s *simulation) childrenHealthy(a *simApp) bool {
	c := s.cluster(a.cluster.Server)
	for _, t := range a.targets {
		if gk := t.GroupVersionKind().GroupKind(); gk.Group != application.Group || gk.Kind != application.ApplicationKind {
			continue
		}
		c.mu.Lock()
		live := c.objs[kube.GetResourceKey(t)]
		c.mu.Unlock()
		if live == nil {
			return false
		}
		if status, err := s.GetResourceHealth(live); err == nil && status != nil && status.Status != health.HealthStatusHealthy {
			return false
		}
	}
	return true
}

func (s *simulation) markHealthy(a *simApp) {
	c := s.cluster(v1alpha1.KubernetesInternalAPIServerAddr)
	c.mu.Lock()
	defer c.mu.Unlock()
	if live := c.objs[kube.NewResourceKey(application.Group, application.ApplicationKind, a.app.Namespace, a.app.Name)]; live != nil {
		_ = unstructured.SetNestedField(live.Object, "Healthy", "status", "health", "status")
		_ = unstructured.SetNestedField(live.Object, "Synced", "status", "sync", "status")
		_ = unstructured.SetNestedField(live.Object, "Succeeded", "status", "operationState", "phase")
		for _, f := range []string{"source", "sources", "destination", "ignoreDifferences"} {
			if v, ok, _ := unstructured.NestedFieldCopy(live.Object, "spec", f); ok {
				_ = unstructured.SetNestedField(live.Object, v, "status", "sync", "comparedTo", f)
			}
		}
	}
}
