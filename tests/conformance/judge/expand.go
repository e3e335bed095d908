package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	log "github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlfake "sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// expansion is what the ApplicationSets of a World generate.
type expansion struct {
	Apps   []*v1alpha1.Application         // sorted by namespace, name
	Origin map[*v1alpha1.Application]*Doc  // the ApplicationSet of each
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
	b := ctrlfake.NewClientBuilder().WithScheme(w.Scheme)
	for _, s := range w.Secrets {
		b = b.WithObjects(s)
	}
	for _, p := range w.Projects {
		b = b.WithObjects(p)
	}
	e := &expander{w: w, ctrl: newReadCache(b.Build(), w), repos: repos}
	e.gens, err = e.generators()
	return e, err
}

// generated is what one ApplicationSet gives.
type generated struct {
	apps []v1alpha1.Application
	msgs []string // errors that Argo CD logs besides the one it returns
	err  error
}

// expandAll runs every ApplicationSet through template.GenerateApplications, the function the
// controller calls, and applies the controller's own validation to the result.
func (e *expander) expandAll(r *Report, o *options) (*expansion, error) {
	generate := e.generate
	if o.reconcile {
		generate = e.reconcile
	}
	results := make([]generated, len(e.w.AppSets))
	err := parallel(e.workers(o), len(results), func(i int) error {
		results[i] = generate(e.w.AppSets[i])
		return nil
	})
	if err != nil {
		return nil, err
	}
	x := &expansion{
		Origin: map[*v1alpha1.Application]*Doc{}, ByName: map[types.NamespacedName][]*Doc{}, byDoc: map[*Doc][]v1alpha1.Application{},
	}
	for i, d := range e.w.AppSets {
		if reportGenerated(r, d, results[i]); results[i].err == nil {
			x.take(d, results[i].apps)
		}
	}
	sort.SliceStable(x.Apps, func(i, j int) bool {
		a, b := x.Apps[i], x.Apps[j]
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name)) < 0
	})
	return x, nil
}

// workers is one where ApplicationSets use Argo CD's slugify or its pull request generator:
// those set package variables of gosimple/slug.
func (e *expander) workers(o *options) int {
	for _, d := range e.w.AppSets {
		if strings.Contains(string(d.JSON), "slugify") || strings.Contains(string(d.JSON), `"pullRequest"`) {
			return 1
		}
	}
	return o.workers
}

func reportGenerated(r *Report, d *Doc, g generated) {
	msgs := slices.Compact(slices.Sorted(slices.Values(g.msgs)))
	for _, m := range msgs {
		if strings.HasPrefix(m, unknownInPatch) {
			r.fail("appset-template-patch", "judge: Argo CD drops it without a word", d, "%s", m)
		}
	}
	if g.err == nil {
		return
	}
	r.fail("appset-generate", "argo: applicationset/controllers/template.GenerateApplications", d, "%s", oneLine(g.err.Error()))
	for _, m := range msgs {
		if !strings.Contains(m, g.err.Error()) && !strings.HasPrefix(m, unknownInPatch) {
			r.fail("appset-generate", "argo: applicationset log", d, "%s", oneLine(m))
		}
	}
}

func (x *expansion) take(d *Doc, apps []v1alpha1.Application) {
	x.byDoc[d] = apps
	for i := range apps {
		app := &apps[i]
		k := types.NamespacedName{Namespace: app.Namespace, Name: app.Name}
		x.Apps = append(x.Apps, app)
		x.Origin[app] = d
		x.ByName[k] = append(x.ByName[k], d)
	}
}

// generate expands one ApplicationSet.
func (e *expander) generate(d *Doc) (g generated) {
	defer func() {
		// The controller recovers from panics of generators too and reports them as an error.
		if p := recover(); p != nil {
			g.err = fmt.Errorf("Argo CD panics on this ApplicationSet: %v", p)
		}
	}()
	set, err := e.prepare(d)
	if err != nil {
		return generated{err: err}
	}
	hook := &logErrors{}
	logger := log.New()
	logger.SetOutput(io.Discard)
	logger.SetLevel(log.ErrorLevel)
	logger.AddHook(hook)
	renderer := &patchWatcher{}
	g.apps, _, g.err = template.GenerateApplications(log.NewEntry(logger), *set, e.gens, renderer, e.ctrl)
	for i := range g.apps {
		// As createOrUpdateInCluster does before it writes the Application.
		g.apps[i].Spec = *argo.NormalizeApplicationSpec(&g.apps[i].Spec)
	}
	g.msgs = append(renderer.unknown, hook.take()...)
	return g
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
	var patch any
	if yaml.Unmarshal([]byte(out), &patch) == nil {
		p.watch(withoutDirectives(patch))
	}
	return out, nil
}

func (p *patchWatcher) watch(patch any) {
	data, err := json.Marshal(patch)
	if err != nil {
		return
	}
	var app v1alpha1.Application
	strict, err := decodeTyped(data, &app)
	for _, e := range strict {
		p.unknown = append(p.unknown, unknownInPatch+e.Error())
	}
	if err == nil && app.Spec.Project != "" {
		p.unknown = append(p.unknown, unknownInPatch+"spec.project cannot be patched")
	}
}

// withoutDirectives leaves out what tells a strategic merge how to merge, like "$patch".
func withoutDirectives(v any) any {
	switch x := v.(type) {
	case map[string]any:
		maps.DeleteFunc(x, func(k string, _ any) bool { return strings.HasPrefix(k, "$") })
		for k := range x {
			x[k] = withoutDirectives(x[k])
		}
	case []any:
		for i := range x {
			x[i] = withoutDirectives(x[i])
		}
	}
	return v
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
	static := map[types.NamespacedName]*Doc{}
	for _, d := range e.w.Apps {
		a := d.Typed.(*v1alpha1.Application)
		static[types.NamespacedName{Namespace: a.Namespace, Name: a.Name}] = d
	}
	for k, docs := range x.ByName {
		checkNames(r, k.Name, docs, static[k])
	}
	for d, apps := range x.byDoc {
		checkRolling(r, d, apps)
	}
	r.forEach(o.workers, len(x.Apps), func(r *Report, i int) {
		e.w.checkGenerated(r, x.Origin[x.Apps[i]], x.Apps[i])
	})
}

// checkNames finds names that several Applications have: docs generate it, static declares it.
func checkNames(r *Report, name string, docs []*Doc, static *Doc) {
	sets := map[*Doc]int{}
	for _, d := range docs {
		sets[d]++
	}
	for d, n := range sets {
		if n > 1 {
			r.fail("appset-duplicate-name", "argo: as validateGeneratedApplications", d, "generates %d Applications named %q; Argo CD creates only the first", n, name)
		}
		if len(sets) > 1 {
			r.fail("appset-name-clash", "argo: controllerutil.SetControllerReference would fail", d, "Application %q is generated by %d ApplicationSets", name, len(sets))
		}
	}
	if static != nil {
		r.fail("appset-name-clash", "argo: createOrUpdateInCluster overwrites it", docs[0], "Application %q is also declared by hand in %s", name, static.File)
	}
}

const rollingRule = "judge: as progressivesync.buildAppDependencyList"

// checkRolling repeats how progressivesync.buildAppDependencyList (not exported) assigns the
// generated Applications to RollingSync steps: one in no step is never synced.
func checkRolling(r *Report, d *Doc, apps []v1alpha1.Application) {
	set := d.Typed.(*v1alpha1.ApplicationSet)
	if s := set.Spec.Strategy; s == nil || s.Type != "RollingSync" || s.RollingSync == nil {
		return
	}
	steps := set.Spec.Strategy.RollingSync.Steps
	if len(steps) == 0 {
		return // as without a strategy
	}
	for i, step := range steps {
		for _, m := range step.MatchExpressions {
			if m.Operator != "In" && m.Operator != "NotIn" {
				r.fail("appset-rolling", rollingRule, d, "step %d: operator %q is neither In nor NotIn, nothing will match", i+1, m.Operator)
			}
		}
	}
	for _, app := range apps {
		switch in := stepsOf(app, steps); len(in) {
		case 0:
			r.fail("appset-rolling", rollingRule, d, "generated %s: in no RollingSync step, it would never be synced", app.Name)
		case 1:
		default:
			r.fail("appset-rolling", rollingRule, d, "generated %s: in steps %v, only the first counts", app.Name, in)
		}
	}
}

// stepsOf are the numbers of the steps that an Application is in.
func stepsOf(app v1alpha1.Application, steps []v1alpha1.ApplicationSetRolloutStep) (in []int) {
	for i, step := range steps {
		matches := func(m v1alpha1.ApplicationMatchExpression) bool {
			v, has := app.Labels[m.Key]
			listed := has && slices.Contains(m.Values, v)
			return m.Operator == "In" && listed || m.Operator == "NotIn" && !listed
		}
		if !slices.ContainsFunc(step.MatchExpressions, func(m v1alpha1.ApplicationMatchExpression) bool { return !matches(m) }) {
			in = append(in, i+1)
		}
	}
	return in
}

func cmdExpand(o *options, args []string) (*answer, error) {
	r := newReport("expand")
	w, err := openWorld(args[0], o)
	if err != nil {
		return nil, err
	}
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
	u, err := untyped(a)
	if err != nil {
		return nil, err
	}
	delete(u["metadata"].(map[string]any), "creationTimestamp")
	return json.Marshal(u)
}

// logErrors collects what Argo CD logs at error level: some of its functions log every
// error but return only the first.
type logErrors struct {
	mu   sync.Mutex
	msgs []string
}

func (h *logErrors) Levels() []log.Level { return []log.Level{log.ErrorLevel} }

func (h *logErrors) Fire(e *log.Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	msg := e.Message
	if err, ok := e.Data[log.ErrorKey].(error); ok {
		msg += ": " + err.Error()
	}
	h.msgs = append(h.msgs, msg)
	return nil
}

func (h *logErrors) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.msgs
	h.msgs = nil
	return out
}
