package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"

	"github.com/go-logr/logr"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/health"
	gosync "github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"github.com/argoproj/argo-cd/v3/util/lua"
)

// applied is one object in the order in which Argo CD applies it. Objects of one app with the
// same step and batch are applied concurrently; they are listed by namespace and name.
type applied struct {
	Step      int    `json:"step"`
	App       string `json:"app"`
	Phase     string `json:"phase"`
	Wave      int    `json:"wave"`
	Batch     int    `json:"batch"`
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// simApp is one Application under simulation: its sync operation is driven step by step, as
// the application controller does, by the real gitops-engine.
type simApp struct {
	app      *v1alpha1.Application
	doc      *Doc
	project  *v1alpha1.AppProject
	cluster  *v1alpha1.Cluster
	targets  []*unstructured.Unstructured
	phase    common.OperationPhase
	message  string
	results  []common.ResourceSyncResult
	started  metav1.Time
	external bool // its source is not in DIR: nothing to apply here
	healthy  bool // synced, and so is every child Application whose health counts
}

type simulation struct {
	w         *World
	o         *options
	r         *Report
	exp       *expander
	dir       string
	repos     *localRepos
	overrides lua.ResourceHealthOverrides
	clusters  map[string]*fakeCluster // by server URL
	apps      map[string]*simApp      // by namespace/name
	events    []applied
	step      int
	bootstrap map[string]bool // kind/namespace/name of what --bootstrap applied before the root
}

func cmdWaves(o *options, args []string) (*answer, error) {
	dir := args[0]
	if o.root == "" {
		return nil, usageError("waves: --root NAME is needed")
	}
	r := newReport("waves")
	w, err := openWorld(dir, o)
	if err != nil {
		return nil, err
	}
	defer w.close()
	w.undecoded(r)
	s := &simulation{w: w, o: o, r: r, dir: dir, clusters: map[string]*fakeCluster{}, apps: map[string]*simApp{}}
	if s.repos, err = newLocalRepos(o.repos, o.newGlob); err != nil {
		return nil, err
	}
	defer s.repos.close()
	if s.exp, err = newExpander(w, o); err != nil {
		return nil, err
	}
	defer s.exp.repos.close()
	overrides, err := w.Settings.GetResourceOverrides()
	if err != nil {
		return nil, err
	}
	s.overrides = lua.ResourceHealthOverrides(overrides)
	var root *Doc
	for _, d := range w.Apps {
		if d.Obj.GetName() == o.root {
			root = d
		}
	}
	if root == nil {
		return nil, fmt.Errorf("no Application named %s in %s", o.root, dir)
	}
	if s.bootstrap, err = bootstrapped(o.bootstrap); err != nil {
		return nil, err
	}
	s.add(root, root.Typed.(*v1alpha1.Application), true)
	s.run()
	r.Stats["steps"], r.Stats["applications"], r.Stats["objects"] = s.step, len(s.apps), len(s.events)
	a := r.answer(o)
	a.result = struct {
		*Report
		Order []applied `json:"order"`
	}{r, s.events}
	a.text = func(w io.Writer) { s.printOrder(w); r.printHuman(w, o.limit) }
	return a, nil
}

func (s *simulation) printOrder(w io.Writer) {
	for _, e := range s.events {
		name := strings.TrimPrefix(e.Namespace+"/"+e.Name, "/")
		fmt.Fprintf(w, "%3d  %-24s %-8s wave %-4d batch %-3d %s %s\n", e.Step, e.App, e.Phase, e.Wave, e.Batch, e.Kind, name)
	}
}

// run gives every known Application one step of its sync operation per turn until a turn
// changes nothing.
func (s *simulation) run() {
	for {
		s.step++
		changed := false
		keys := make([]string, 0, len(s.apps))
		for k := range s.apps {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			if a := s.apps[k]; !a.phase.Completed() {
				before, n := string(a.phase)+a.message+fmt.Sprint(a.results), len(s.events)
				s.advance(a)
				changed = changed || len(s.events) != n || before != string(a.phase)+a.message+fmt.Sprint(a.results)
			}
		}
		for _, k := range keys {
			if a := s.apps[k]; a.phase.Successful() && !a.healthy && s.childrenHealthy(a) {
				a.healthy, changed = true, true
				s.markHealthy(a)
			}
		}
		if s.discover() {
			changed = true
		}
		if !changed {
			s.step--
			break
		}
	}
	s.checkOrder()
	for k, a := range s.apps {
		switch {
		case !a.phase.Completed():
			s.r.fail("sync-stuck", "argo: gitops-engine SyncContext.Sync", a.doc, "%s never finishes: %s", k, a.message)
		case !a.phase.Successful():
			s.r.fail("sync-failed", "argo: gitops-engine SyncContext.Sync", a.doc, "%s: %s", k, a.message)
			for _, res := range a.results {
				if res.Status == common.ResultCodeSyncFailed {
					s.r.fail("sync-failed", "argo: gitops-engine SyncContext.Sync", a.doc, "%s: %s: %s", k, res.ResourceKey.String(), res.Message)
				}
			}
		}
	}
}

// bootstrapped names what a person applies by hand, from a kustomization.
func bootstrapped(path string) (map[string]bool, error) {
	if path == "" {
		return nil, nil
	}
	data, err := kustomizeBuild(path)
	if err != nil {
		return nil, err
	}
	objs, err := kube.SplitYAML(data)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, o := range objs {
		names[o.GetKind()+"/"+o.GetNamespace()+"/"+o.GetName()] = true
	}
	return names, nil
}

// checkOrder finds Applications that appear before the AppProject or the cluster Secret that
// they need, where the same tree applies both. (The simulation itself takes all AppProjects and
// cluster Secrets of DIR as present from the start.)
func (s *simulation) checkOrder() {
	at := map[string]int{} // kind/namespace/name -> position in s.events
	for i, e := range s.events {
		k := e.Kind + "/" + e.Namespace + "/" + e.Name
		if _, ok := at[k]; !ok {
			at[k] = i
		}
	}
	later := func(i, j int) bool { // event i strictly after event j, or concurrent with it in another app
		return s.events[i].Step > s.events[j].Step || s.events[i].Step == s.events[j].Step && (s.events[i].App != s.events[j].App || s.events[i].Batch > s.events[j].Batch)
	}
	for _, k := range slices.Sorted(maps.Keys(s.apps)) {
		a := s.apps[k]
		born, ok := at[a.doc.Obj.GetKind()+"/"+a.doc.Obj.GetNamespace()+"/"+a.doc.Obj.GetName()]
		if !ok {
			continue // the root, or not applied by this tree
		}
		needs := []string{"AppProject/" + s.w.NS + "/" + a.app.Spec.GetProject()}
		for _, c := range s.w.clusters() {
			if d := a.app.Spec.Destination; d.Name == string(c.Data["name"]) && d.Name != "" || d.Server == string(c.Data["server"]) && d.Server != "" {
				needs = append(needs, "Secret/"+c.Namespace+"/"+c.Name)
			}
		}
		for _, n := range needs {
			if i, ok := at[n]; ok && !s.bootstrap[n] && later(i, born) {
				s.r.fail("order", "judge: from the order the engine gave", a.doc, "%s appears in step %d, but %s is applied in step %d, batch %d", k, s.events[born].Step, n, s.events[i].Step, s.events[i].Batch)
			}
		}
	}
}

// discover starts the Applications that were applied to the control plane in this turn, and
// those which applied ApplicationSets generate.
func (s *simulation) discover() bool {
	found := false
	home := s.cluster(v1alpha1.KubernetesInternalAPIServerAddr)
	for _, obj := range home.list() {
		d := &Doc{File: "(applied)", Obj: obj}
		d.JSON, _ = obj.MarshalJSON()
		switch {
		case d.is(application.Group, application.ApplicationKind):
			app := &v1alpha1.Application{}
			if json.Unmarshal(d.JSON, app) == nil {
				found = s.add(d, app, false) || found
			}
		case d.is(application.Group, application.ApplicationSetKind):
			if home.expanded[kube.GetResourceKey(obj)] {
				continue
			}
			home.expanded[kube.GetResourceKey(obj)] = true
			found = true
			typeDoc(d)
			if d.Typed == nil {
				continue
			}
			apps, _, err := s.exp.generate(d)
			if err != nil {
				s.r.fail("appset-generate", "argo: template.GenerateApplications", d, "%s", oneLine(err.Error()))
				continue
			}
			for i := range apps {
				s.add(d, &apps[i], false)
			}
		}
	}
	return found
}

// add makes an Application known to the controller.
func (s *simulation) add(d *Doc, app *v1alpha1.Application, root bool) bool {
	k := app.Namespace + "/" + app.Name
	if s.apps[k] != nil {
		return false
	}
	a := &simApp{app: app, doc: d, started: metav1.Now()}
	s.apps[k] = a
	fail := func(format string, args ...any) bool {
		a.phase, a.message = common.OperationError, fmt.Sprintf(format, args...)
		return true
	}
	if app.Namespace != s.w.NS {
		return fail("Application is in namespace %s, which the controller does not watch by default", app.Namespace)
	}
	var err error
	if a.project, err = s.w.project(app.Spec.GetProject()); err != nil {
		return fail("%s", err)
	}
	conditions, err := argo.ValidatePermissions(context.Background(), &app.Spec, a.project, s.w.DB)
	if err != nil {
		return fail("%s", err)
	}
	if len(conditions) > 0 {
		return fail("%s", argo.FormatAppConditions(conditions))
	}
	if a.cluster, err = argo.GetDestinationCluster(context.Background(), app.Spec.Destination, s.w.DB); err != nil {
		return fail("%s", err)
	}
	if !root && !s.o.syncManual && (app.Spec.SyncPolicy == nil || !app.Spec.SyncPolicy.IsAutomatedSyncEnabled()) {
		a.message = "not automated: waits for a user to sync it"
		return true
	}
	if a.targets, err = s.manifests(a); err != nil {
		return fail("%s", err)
	}
	a.phase = common.OperationRunning
	return true
}

// manifests renders the sources of an Application that lie in DIR.
func (s *simulation) manifests(a *simApp) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	a.external = true
	for _, src := range a.app.Spec.GetSources() {
		root, err := s.repos.dir(src.RepoURL)
		if err != nil {
			root = s.dir
		}
		path := filepath.Join(root, filepath.FromSlash(src.Path))
		if src.Chart != "" || src.Path == "" {
			continue
		}
		if st, err := os.Stat(path); err != nil || !st.IsDir() {
			s.r.add(sevNote, "external-source", "judge", a.doc, "%s: path %s is not in DIR, its objects are not simulated", a.app.Name, src.Path)
			continue
		}
		a.external = false
		objs, err := s.render(a, src, root, path)
		if err != nil {
			return nil, err
		}
		out = append(out, objs...)
	}
	for _, obj := range out {
		// As CompareAppState does before it hands targets to the engine.
		if c := s.cluster(a.cluster.Server); c.namespaced(obj.GroupVersionKind().GroupKind()) {
			if obj.GetNamespace() == "" {
				obj.SetNamespace(a.app.Spec.Destination.Namespace)
			}
		} else {
			obj.SetNamespace("")
		}
	}
	return out, nil
}

// render is the repo-server's GenerateManifests; kustomizations are built with the kustomize
// library, since the repo-server would start the kustomize program.
func (s *simulation) render(a *simApp, src v1alpha1.ApplicationSource, root, path string) ([]*unstructured.Unstructured, error) {
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		if _, err := os.Stat(filepath.Join(path, name)); err != nil {
			continue
		}
		if src.Kustomize != nil && !src.Kustomize.IsZero() {
			s.r.warn("kustomize-options", "judge: not simulated", a.doc, "%s: spec.source.kustomize is ignored here", a.app.Name)
		}
		data, err := kustomizeBuild(path)
		if err != nil {
			return nil, err
		}
		return kube.SplitYAML(data)
	}
	res, err := repository.GenerateManifests(context.Background(), path, root, "HEAD", &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: src.RepoURL}, ApplicationSource: &src, AppName: a.app.Name,
		Namespace: a.app.Spec.Destination.Namespace, ProjectName: a.project.Name,
	}, true, git.NoopCredsStore{}, resource.MustParse("0"), utilio.NewRandomizedTempPaths(os.TempDir()))
	if err != nil {
		return nil, err
	}
	var out []*unstructured.Unstructured
	for _, m := range res.Manifests {
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON([]byte(m)); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, nil
}

// advance is one call of the engine's Sync, with the same options appStateManager.SyncAppState gives.
func (s *simulation) advance(a *simApp) {
	if a.phase == "" {
		return // manual
	}
	c := s.cluster(a.cluster.Server)
	for _, t := range a.targets {
		c.learn(t.GroupVersionKind())
	}
	c.learn(namespaceGVK)
	ops := &recorder{cluster: c}
	var opts v1alpha1.SyncOptions
	if a.app.Spec.SyncPolicy != nil {
		opts = a.app.Spec.SyncPolicy.SyncOptions
	}
	wave, phase := 0, string(common.SyncPhasePreSync)
	hookCalled := false
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
		gosync.WithSkipDryRunOnMissingResource(opts.HasOption(common.SyncOptionSkipDryRunOnMissingResource)),
		gosync.WithSyncWaveHook(func(p common.SyncPhase, w int, _ bool) error {
			phase, wave, hookCalled = string(p), w, true
			return nil
		}),
	}
	if opts.HasOption("CreateNamespace=true") {
		engine = append(engine, gosync.WithNamespaceModifier(func(managed, live *unstructured.Unstructured) (bool, error) {
			return managed != nil && live == nil, nil
		}))
	}
	cfg := &rest.Config{Host: "http://cluster.invalid", Transport: c, QPS: -1}
	targets := make([]*unstructured.Unstructured, len(a.targets))
	for i, t := range a.targets {
		targets[i] = t.DeepCopy()
	}
	ctx, cleanup, err := gosync.NewSyncContext("HEAD", gosync.Reconcile(targets, c.liveOf(a.targets), a.app.Spec.Destination.Namespace, c), cfg, cfg,
		&fakeKubectl{ops: ops, cluster: c}, a.app.Spec.Destination.Namespace, engine...)
	if err != nil {
		a.phase, a.message = common.OperationError, err.Error()
		return
	}
	ctx.Sync()
	cleanup()
	a.phase, a.message, a.results = ctx.GetState()
	s.record(a, ops.take(), phase, wave, hookCalled)
}

// record turns the applies of one Sync call into events. A batch is a run of one kind, which
// the engine applies concurrently.
func (s *simulation) record(a *simApp, objs []*unstructured.Unstructured, phase string, wave int, hookCalled bool) {
	batch, kind := 0, ""
	var evs []applied
	for i, o := range objs {
		ev := applied{Step: s.step, App: a.app.Name, Phase: phase, Wave: wave, Group: o.GroupVersionKind().Group, Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
		if !s.cluster(a.cluster.Server).namespaced(o.GroupVersionKind().GroupKind()) {
			ev.Namespace = ""
		}
		if i == 0 && hookCalled && ev.Kind == "Namespace" && ev.Name == a.app.Spec.Destination.Namespace && s.firstStep(a) {
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
		if x.Batch != y.Batch {
			return x.Batch - y.Batch
		}
		return strings.Compare(x.Namespace+"/"+x.Name, y.Namespace+"/"+y.Name)
	})
	s.events = append(s.events, evs...)
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
	if !a.project.IsGroupKindNamePermitted(gk, un.GetName(), res.Namespaced) {
		return fmt.Errorf("resource %s:%s is not permitted in project %s", gk.Group, gk.Kind, a.project.Name)
	}
	if !res.Namespaced {
		return nil
	}
	ok, err := a.project.IsDestinationPermitted(a.cluster, un.GetNamespace(), func(p string) ([]*v1alpha1.Cluster, error) {
		return s.w.DB.GetProjectClusters(context.Background(), p)
	})
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

func (s *simulation) cluster(server string) *fakeCluster {
	c := s.clusters[server]
	if c == nil {
		c = newFakeCluster(s.w)
		s.clusters[server] = c
	}
	return c
}

func rawJSON(j *apiextv1.JSON) []byte {
	if j == nil {
		return nil
	}
	return j.Raw
}
