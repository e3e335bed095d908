package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
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
	app     *v1alpha1.Application
	doc     *Doc
	project *v1alpha1.AppProject
	cluster *v1alpha1.Cluster
	targets []*unstructured.Unstructured
	phase   common.OperationPhase
	message string
	results []common.ResourceSyncResult
	started metav1.Time
	healthy bool // synced, and so is every child Application whose health counts
}

// simulation is the controllers of Argo CD and all clusters, in memory.
type simulation struct {
	w         *World
	o         *options
	r         *Report
	exp       *expander
	overrides lua.ResourceHealthOverrides
	clusters  map[string]*fakeCluster // by server URL
	apps      map[string]*simApp      // by namespace/name
	events    []applied
	step      int
	bootstrap map[string]bool // kind/namespace/name of what --bootstrap applied before the root
}

// ordered is the result of waves.
type ordered struct {
	*Report
	Order []applied `json:"order"`
}

func cmdWaves(o *options, args []string) (*answer, error) {
	if o.root == "" {
		return nil, usageError("waves: --root NAME is needed")
	}
	w, err := openWorld(args[0], o)
	if err != nil {
		return nil, err
	}
	r := newReport("waves")
	w.undecoded(r)
	s, err := newSimulation(w, o, r)
	if err != nil {
		return nil, err
	}
	defer s.exp.repos.close()
	root := slices.IndexFunc(w.Apps, func(d *Doc) bool { return d.Obj.GetName() == o.root })
	if root < 0 {
		return nil, fmt.Errorf("no Application named %s in %s", o.root, args[0])
	}
	s.add(w.Apps[root], w.Apps[root].Typed.(*v1alpha1.Application), true)
	s.run()
	r.Stats["steps"], r.Stats["applications"], r.Stats["objects"] = s.step, len(s.apps), len(s.events)
	a := r.answer(o)
	a.result = ordered{r, s.events}
	a.text = func(w io.Writer) { s.printOrder(w); r.printHuman(w, o.limit) }
	return a, nil
}

func newSimulation(w *World, o *options, r *Report) (*simulation, error) {
	exp, err := newExpander(w, o)
	if err != nil {
		return nil, err
	}
	overrides, err := w.Settings.GetResourceOverrides()
	if err != nil {
		return nil, err
	}
	bootstrap, err := bootstrapped(o.bootstrap)
	return &simulation{
		w: w, o: o, r: r, exp: exp, overrides: overrides, bootstrap: bootstrap,
		clusters: map[string]*fakeCluster{}, apps: map[string]*simApp{}, events: []applied{},
	}, err
}

// bootstrapped names what a person applies by hand, from a kustomization.
func bootstrapped(path string) (map[string]bool, error) {
	if path == "" {
		return nil, nil
	}
	objs, err := kustomizeBuild(filesys.MakeFsOnDisk(), path)
	names := map[string]bool{}
	for _, o := range objs {
		names[o.GetKind()+"/"+o.GetNamespace()+"/"+o.GetName()] = true
	}
	return names, err
}

func (s *simulation) printOrder(w io.Writer) {
	for _, e := range s.events {
		name := strings.TrimPrefix(e.Namespace+"/"+e.Name, "/")
		fmt.Fprintf(w, "%3d  %-24s %-8s wave %-4d batch %-3d %s %s\n", e.Step, e.App, e.Phase, e.Wave, e.Batch, e.Kind, name)
	}
}

// run takes turns until one changes nothing.
func (s *simulation) run() {
	for changed := true; changed; {
		s.step++
		changed = s.turn()
	}
	s.step--
	s.checkOrder()
	for k, a := range s.apps {
		s.checkDone(k, a)
	}
}

// turn gives every known Application one step of its sync operation.
func (s *simulation) turn() (changed bool) {
	keys := slices.Sorted(maps.Keys(s.apps))
	for _, k := range keys {
		if a := s.apps[k]; !a.phase.Completed() {
			before, n := a.state(), len(s.events)
			s.advance(a)
			changed = changed || len(s.events) != n || before != a.state()
		}
	}
	for _, k := range keys {
		if a := s.apps[k]; a.phase.Successful() && !a.healthy && s.childrenHealthy(a) {
			a.healthy, changed = true, true
			s.markHealthy(a)
		}
	}
	return s.discover() || changed
}

func (a *simApp) state() string { return string(a.phase) + a.message + fmt.Sprint(a.results) }

// checkDone finds syncs that failed or wait for ever.
func (s *simulation) checkDone(name string, a *simApp) {
	const by = "argo: gitops-engine SyncContext.Sync"
	switch {
	case !a.phase.Completed():
		s.r.fail("sync-stuck", by, a.doc, "%s never finishes: %s", name, a.message)
	case !a.phase.Successful():
		s.r.fail("sync-failed", by, a.doc, "%s: %s", name, a.message)
		for _, res := range a.results {
			if res.Status == common.ResultCodeSyncFailed {
				s.r.fail("sync-failed", by, a.doc, "%s: %s: %s", name, res.ResourceKey.String(), res.Message)
			}
		}
	}
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
	for _, k := range slices.Sorted(maps.Keys(s.apps)) {
		doc := s.apps[k].doc
		born, ok := at[doc.Obj.GetKind()+"/"+doc.Obj.GetNamespace()+"/"+doc.Obj.GetName()]
		if !ok {
			continue // the root, or not applied by this tree
		}
		for _, need := range s.needs(s.apps[k]) {
			if i, ok := at[need]; ok && !s.bootstrap[need] && s.after(i, born) {
				s.r.fail("order", "judge: from the order the engine gave", doc, "%s appears in step %d, but %s is applied in step %d, batch %d", k, s.events[born].Step, need, s.events[i].Step, s.events[i].Batch)
			}
		}
	}
}

// needs names the AppProject and the cluster Secret of an Application.
func (s *simulation) needs(a *simApp) []string {
	needs := []string{"AppProject/" + s.w.NS + "/" + a.app.Spec.GetProject()}
	dest := a.app.Spec.Destination
	for _, c := range s.w.clusters() {
		if dest.Name != "" && dest.Name == string(c.Data["name"]) || dest.Server != "" && dest.Server == string(c.Data["server"]) {
			needs = append(needs, "Secret/"+c.Namespace+"/"+c.Name)
		}
	}
	return needs
}

// after tells whether event i comes after event j, or at the same time in another Application.
func (s *simulation) after(i, j int) bool {
	x, y := s.events[i], s.events[j]
	return x.Step > y.Step || x.Step == y.Step && (x.App != y.App || x.Batch > y.Batch)
}

// discover starts the Applications that were applied to the control plane in this turn, and
// those which applied ApplicationSets generate.
func (s *simulation) discover() bool {
	found := false
	home := s.cluster(v1alpha1.KubernetesInternalAPIServerAddr)
	for _, obj := range home.discovered() {
		d := &Doc{File: "(applied)", Obj: obj}
		d.JSON, _ = obj.MarshalJSON()
		switch {
		case d.is(application.Group, application.ApplicationKind):
			app := &v1alpha1.Application{}
			if json.Unmarshal(d.JSON, app) == nil {
				found = s.add(d, app, false) || found
			}
		case d.is(application.Group, application.ApplicationSetKind):
			s.expand(d)
			found = true
		}
	}
	return found
}

// expand starts what an ApplicationSet generates.
func (s *simulation) expand(d *Doc) {
	if typeDoc(d); d.Typed == nil {
		return
	}
	g := s.exp.generate(d)
	if g.err != nil {
		s.r.fail("appset-generate", "argo: template.GenerateApplications", d, "%s", oneLine(g.err.Error()))
		return
	}
	for i := range g.apps {
		s.add(d, &g.apps[i], false)
	}
}

// add makes an Application known to the controller.
func (s *simulation) add(d *Doc, app *v1alpha1.Application, root bool) bool {
	k := app.Namespace + "/" + app.Name
	if s.apps[k] != nil {
		return false
	}
	a := &simApp{app: app, doc: d, started: metav1.Now()}
	s.apps[k] = a
	if err := s.prepare(a, root); err != nil {
		a.phase, a.message = common.OperationError, err.Error()
	}
	return true
}

func (s *simulation) cluster(server string) *fakeCluster {
	c := s.clusters[server]
	if c == nil {
		c = newFakeCluster(s.w)
		s.clusters[server] = c
	}
	return c
}
