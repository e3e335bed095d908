package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	log "github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlfake "sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/progressivesync"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// expansion is what the ApplicationSets of a World generate.
type expansion struct {
	Apps   []*v1alpha1.Application         // sorted by namespace, name
	Origin map[*v1alpha1.Application]*Doc  // the ApplicationSet of each
	Failed map[*Doc]bool                   // ApplicationSets whose generation failed: Argo CD leaves their Applications as they are
	ByName map[types.NamespacedName][]*Doc // who generates a name
	byDoc  map[*Doc][]v1alpha1.Application
}

// expander holds the real generators over the fake cluster.
type expander struct {
	w     *World
	gens  map[string]generators.Generator
	ctrl  client.Client
	repos *localRepos
}

func newExpander(w *World, o *options) (*expander, error) {
	repos, err := newLocalRepos(o.repos, o.newGlob)
	if err != nil {
		return nil, err
	}
	informer, err := w.Settings.GetClusterInformer()
	if err != nil {
		return nil, err
	}
	b := ctrlfake.NewClientBuilder().WithScheme(w.Scheme)
	for _, s := range w.Secrets {
		b = b.WithObjects(s)
	}
	for _, p := range w.Projects {
		b = b.WithObjects(p)
	}
	e := &expander{w: w, ctrl: newReadCache(b.Build(), w), repos: repos}
	scm := generators.NewSCMConfig("", nil, true, false, nil, false)
	e.gens = generators.GetGenerators(context.Background(), e.ctrl, w.Kube, w.NS, repos, nil, scm, informer)
	return e, nil
}

// expandAll runs every ApplicationSet through template.GenerateApplications, the function the
// controller calls, and applies the controller's own validation to the result.
func (e *expander) expandAll(r *Report, o *options) (*expansion, error) {
	x := &expansion{
		Origin: map[*v1alpha1.Application]*Doc{}, Failed: map[*Doc]bool{},
		ByName: map[types.NamespacedName][]*Doc{}, byDoc: map[*Doc][]v1alpha1.Application{},
	}
	type result struct {
		apps []v1alpha1.Application
		msgs []string
		err  error
	}
	results := make([]result, len(e.w.AppSets))
	// Argo CD's slugify and pull request generator set package variables of gosimple/slug, so
	// ApplicationSets that use them are not expanded at the same time as others.
	workers := o.workers
	for _, d := range e.w.AppSets {
		if strings.Contains(string(d.JSON), "slugify") || strings.Contains(string(d.JSON), `"pullRequest"`) {
			workers = 1
		}
	}
	err := parallel(workers, len(results), func(i int) error {
		res := &results[i]
		generate := e.generate
		if o.reconcile {
			generate = e.reconcile
		}
		res.apps, res.msgs, res.err = generate(e.w.AppSets[i])
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, d := range e.w.AppSets {
		res := results[i]
		for _, m := range slices.Compact(slices.Sorted(slices.Values(res.msgs))) {
			if strings.HasPrefix(m, unknownInPatch) {
				r.fail("appset-template-patch", "judge: Argo CD drops it without a word", d, "%s", m)
			}
		}
		if res.err != nil {
			x.Failed[d] = true
			r.fail("appset-generate", "argo: applicationset/controllers/template.GenerateApplications", d, "%s", oneLine(res.err.Error()))
			for _, m := range res.msgs {
				if !strings.Contains(m, res.err.Error()) && !strings.HasPrefix(m, unknownInPatch) {
					r.fail("appset-generate", "argo: applicationset log", d, "%s", oneLine(m))
				}
			}
			continue
		}
		x.byDoc[d] = res.apps
		for j := range res.apps {
			app := &res.apps[j]
			x.Apps = append(x.Apps, app)
			x.Origin[app] = d
			k := types.NamespacedName{Namespace: app.Namespace, Name: app.Name}
			x.ByName[k] = append(x.ByName[k], d)
		}
	}
	sort.SliceStable(x.Apps, func(i, j int) bool {
		a, b := x.Apps[i], x.Apps[j]
		if a.Namespace != b.Namespace {
			return a.Namespace < b.Namespace
		}
		return a.Name < b.Name
	})
	return x, nil
}

// generate expands one ApplicationSet; msgs are the errors Argo CD logs besides the one it returns.
func (e *expander) generate(d *Doc) (apps []v1alpha1.Application, msgs []string, err error) {
	defer func() {
		// The controller recovers from panics of generators too and reports them as an error.
		if p := recover(); p != nil {
			err = fmt.Errorf("Argo CD panics on this ApplicationSet: %v", p)
		}
	}()
	set, err := e.prepare(d)
	if err != nil {
		return nil, nil, err
	}
	hook := &logErrors{}
	logger := log.New()
	logger.SetOutput(io.Discard)
	logger.SetLevel(log.ErrorLevel)
	logger.AddHook(hook)
	renderer := &patchWatcher{}
	apps, _, err = template.GenerateApplications(log.NewEntry(logger), *set, e.gens, renderer, e.ctrl)
	msgs = append(msgs, renderer.unknown...)
	for i := range apps {
		// As createOrUpdateInCluster does before it writes the Application.
		apps[i].Spec = *argo.NormalizeApplicationSpec(&apps[i].Spec)
	}
	return apps, append(msgs, hook.take()...), err
}

// patchWatcher is Argo CD's renderer; it also notes the fields of a rendered templatePatch
// that Argo CD drops because Application has no such field.
type patchWatcher struct {
	utils.Render
	unknown []string
}

func (p *patchWatcher) Replace(tmpl string, params map[string]any, goTemplate bool, opts []string) (string, error) {
	out, err := p.Render.Replace(tmpl, params, goTemplate, opts)
	if err != nil {
		return out, err
	}
	if data, err := yaml.YAMLToJSON([]byte(out)); err == nil {
		var app v1alpha1.Application
		strict, err := decodeTyped(data, &app)
		for _, e := range strict {
			p.unknown = append(p.unknown, unknownInPatch+e.Error())
		}
		if err == nil && app.Spec.Project != "" {
			p.unknown = append(p.unknown, unknownInPatch+"spec.project cannot be patched")
		}
	}
	return out, nil
}

const unknownInPatch = "templatePatch: "

func (e *expander) prepare(d *Doc) (*v1alpha1.ApplicationSet, error) {
	set := d.Typed.(*v1alpha1.ApplicationSet).DeepCopy()
	if !strings.Contains(string(d.JSON), `"pullRequest"`) {
		return set, nil
	}
	var m map[string]any
	if err := json.Unmarshal(d.JSON, &m); err != nil {
		return nil, err
	}
	rewritePulls(m)
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	ns := set.Namespace
	set = &v1alpha1.ApplicationSet{}
	err = json.Unmarshal(data, set)
	set.Namespace = ns
	return set, err
}

// validateGenerated does what ApplicationSetReconciler.validateGeneratedApplications (not
// exported) does: unique names, existing project, resolvable destination; then what the
// apiserver and the application controller will say of each Application.
func (e *expander) validateGenerated(r *Report, x *expansion, o *options) {
	w := e.w
	static := map[types.NamespacedName]*Doc{}
	for _, d := range w.Apps {
		a := d.Typed.(*v1alpha1.Application)
		static[types.NamespacedName{Namespace: a.Namespace, Name: a.Name}] = d
	}
	for k, docs := range x.ByName {
		sets := map[*Doc]int{}
		for _, d := range docs {
			sets[d]++
		}
		for d, n := range sets {
			if n > 1 {
				r.fail("appset-duplicate-name", "argo: as validateGeneratedApplications", d, "generates %d Applications named %q; Argo CD creates only the first", n, k.Name)
			}
			if len(sets) > 1 {
				r.fail("appset-name-clash", "argo: controllerutil.SetControllerReference would fail", d, "Application %q is generated by %d ApplicationSets", k.Name, len(sets))
			}
		}
		if s := static[k]; s != nil {
			r.fail("appset-name-clash", "argo: createOrUpdateInCluster overwrites it", docs[0], "Application %q is also declared by hand in %s", k.Name, s.File)
		}
	}
	for d, apps := range x.byDoc {
		checkRolling(r, d, apps)
	}
	perApp := make([][]Finding, len(x.Apps))
	_ = parallel(o.workers, len(x.Apps), func(i int) error {
		sub := newReport("")
		w.checkApp(sub, x.Origin[x.Apps[i]], x.Apps[i], "generated "+x.Apps[i].Name+": ")
		perApp[i] = sub.Findings
		return nil
	})
	for _, f := range perApp {
		r.Findings = append(r.Findings, f...)
	}
}

// checkRolling repeats how progressivesync.buildAppDependencyList (not exported) assigns the
// generated Applications to RollingSync steps: one in no step is never synced.
func checkRolling(r *Report, d *Doc, apps []v1alpha1.Application) {
	set := d.Typed.(*v1alpha1.ApplicationSet)
	if !progressivesync.RollingSyncStrategyEnabled(set) {
		return
	}
	const by = "judge: as progressivesync.buildAppDependencyList"
	steps := set.Spec.Strategy.RollingSync.Steps
	for i, step := range steps {
		for _, m := range step.MatchExpressions {
			if m.Operator != "In" && m.Operator != "NotIn" {
				r.fail("appset-rolling", by, d, "step %d: operator %q is neither In nor NotIn, nothing will match", i+1, m.Operator)
			}
		}
	}
	for _, app := range apps {
		var in []int
		for i, step := range steps {
			ok := true
			for _, m := range step.MatchExpressions {
				v, has := app.Labels[m.Key]
				listed := has && slices.Contains(m.Values, v)
				ok = ok && (m.Operator == "In" && listed || m.Operator == "NotIn" && !listed)
			}
			if ok {
				in = append(in, i+1)
			}
		}
		if len(in) == 0 {
			r.fail("appset-rolling", by, d, "generated %s: in no RollingSync step, it would never be synced", app.Name)
		} else if len(in) > 1 {
			r.fail("appset-rolling", by, d, "generated %s: in steps %v, only the first counts", app.Name, in)
		}
	}
}

func cmdExpand(o *options, args []string) (*answer, error) {
	r := newReport("expand")
	w, err := openWorld(args[0], o)
	if err != nil {
		return nil, err
	}
	defer w.close()
	w.undecoded(r)
	e, err := newExpander(w, o)
	if err != nil {
		return nil, err
	}
	defer e.repos.close()
	x, err := e.expandAll(r, o)
	if err != nil {
		return nil, err
	}
	if o.validate {
		e.validateGenerated(r, x, o)
	}
	r.Stats["applicationSets"] = len(w.AppSets)
	r.Stats["applications"] = len(x.Apps)
	r.Stats["clusters"] = len(w.clusters())
	a := r.answer(o)
	a.result, err = newExpanded(r, x.Apps)
	return a, err
}

// expanded is the result of expand.
type expanded struct {
	Report       *Report           `json:"report"`
	Applications []json.RawMessage `json:"applications"`
}

func newExpanded(r *Report, apps []*v1alpha1.Application) (*expanded, error) {
	out := &expanded{Report: r, Applications: []json.RawMessage{}}
	for _, a := range apps {
		data, err := canonicalApp(a)
		if err != nil {
			return nil, err
		}
		out.Applications = append(out.Applications, data)
	}
	return out, nil
}

// writeLines prints one Application a line, so that the output both parses as one JSON value
// and can be compared line by line.
func (x *expanded) writeLines(w io.Writer) error {
	head, err := json.Marshal(x.Report)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<20)
	fmt.Fprintf(b, "{\"report\":%s,\n\"applications\":[", head)
	sep := "\n"
	for _, data := range x.Applications {
		b.WriteString(sep)
		b.Write(data)
		sep = ",\n"
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

// canonicalApp is the Application as it is meant: no status, no server-set metadata, sorted keys.
func canonicalApp(a *v1alpha1.Application) ([]byte, error) {
	u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(a)
	if err != nil {
		return nil, err
	}
	delete(u, "status")
	u["apiVersion"], u["kind"] = "argoproj.io/v1alpha1", "Application"
	meta := u["metadata"].(map[string]any)
	delete(meta, "creationTimestamp")
	return json.Marshal(u)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
