package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	argocommon "github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/server/rbacpolicy"
	"github.com/argoproj/argo-cd/v3/util/assets"
	"github.com/argoproj/argo-cd/v3/util/rbac"
)

// enforcer is the API server's: built-in policy, argocd-rbac-cm, AppProject roles.
type enforcer struct{ enf *rbac.Enforcer }

func newEnforcer(w *World) (*enforcer, error) {
	enf := rbac.NewEnforcer(w.Kube, w.NS, argocommon.ArgoCDRBACConfigMapName, nil)
	if err := enf.SetBuiltinPolicy(assets.BuiltinPolicyCSV); err != nil {
		return nil, err
	}
	policy := rbacpolicy.NewRBACPolicyEnforcer(enf, w.ProjLister.AppProjects(w.NS))
	enf.SetClaimsEnforcerFunc(policy.EnforceClaims)
	cm := w.ConfigMaps[types.NamespacedName{Namespace: w.NS, Name: argocommon.ArgoCDRBACConfigMapName}]
	if cm == nil {
		cm = &corev1.ConfigMap{}
	}
	// What server.rbacPolicyLoader and Enforcer.syncUpdate do with the ConfigMap.
	enf.SetDefaultRole(cm.Data[rbac.ConfigMapPolicyDefaultKey])
	enf.SetMatchMode(cm.Data[rbac.ConfigMapMatchModeKey])
	if s, ok := cm.Data[rbac.ConfigMapScopesKey]; ok {
		var scopes []string
		if err := yaml.Unmarshal([]byte(s), &scopes); err != nil {
			return nil, fmt.Errorf("scopes: %w", err)
		}
		policy.SetScopes(scopes)
	}
	if err := enf.SetUserPolicy(rbac.PolicyCSV(cm.Data)); err != nil {
		return nil, err
	}
	return &enforcer{enf}, nil
}

// can asks for a user ("alice"), a project role ("proj:p:r"), a role ("role:x") or, written
// "group:NAME", for a user whose token carries that group and nothing else.
func (e *enforcer) can(subject string, groups []string, action, resource, object string) bool {
	claims := jwt.MapClaims{"sub": subject}
	if g, ok := strings.CutPrefix(subject, "group:"); ok {
		claims["sub"] = ""
		groups = append([]string{g}, groups...)
	}
	if len(groups) > 0 {
		// As JSON gives them: older versions read no other list.
		list := make([]any, len(groups))
		for i, g := range groups {
			list[i] = g
		}
		claims["groups"] = list
	}
	return e.enf.Enforce(claims, resource, action, object)
}

type decision struct {
	Subject  string `json:"subject"`
	Action   string `json:"action"`
	Resource string `json:"resource"`
	Object   string `json:"object"`
	Allowed  bool   `json:"allowed"`
}

// yesNo is how a decision is said to people.
var yesNo = map[bool]string{true: "yes", false: "no"}

func cmdRBAC(o *options, args []string) (*answer, error) {
	if !o.can {
		return nil, usageError("rbac DIR --can SUBJECT ACTION RESOURCE OBJECT [--groups a,b]")
	}
	var groups []string
	if o.groups != "" {
		groups = strings.Split(o.groups, ",")
	}
	return withEnforcer(o, args[0], func(e *enforcer) (*answer, error) {
		d := e.decide(args[1], groups, args[2], args[3], args[4])
		return &answer{ok: d.Allowed, result: d, text: func(w io.Writer) { fmt.Fprintln(w, yesNo[d.Allowed]) }}, nil
	})
}

func (e *enforcer) decide(subject string, groups []string, action, resource, object string) decision {
	return decision{subject, action, resource, object, e.can(subject, groups, action, resource, object)}
}

// matrix is the result of rbac-matrix.
type matrix struct {
	Decisions []decision `json:"decisions"`
	Allowed   int        `json:"allowed"`
	Wrong     []decision `json:"wrong"`
}

// cmdRBACMatrix answers every request for every subject. Both files have one entry a line;
// a request is "ACTION RESOURCE OBJECT", optionally followed by "allow" or "deny" as what is
// expected, with which the exit code says whether all expectations hold.
func cmdRBACMatrix(o *options, args []string) (*answer, error) {
	subjects, err := readLines(o.subjects)
	if err != nil {
		return nil, err
	}
	requests, err := readLines(o.requests)
	if err != nil {
		return nil, err
	}
	return withEnforcer(o, args[0], func(e *enforcer) (*answer, error) {
		m := &matrix{Decisions: []decision{}, Wrong: []decision{}}
		for _, s := range subjects {
			for _, q := range requests {
				if err := m.ask(e, s, q); err != nil {
					return nil, err
				}
			}
		}
		return &answer{ok: len(m.Wrong) == 0, result: m, text: m.print}, nil
	})
}

func (m *matrix) ask(e *enforcer, subject, request string) error {
	f := strings.Fields(request)
	if len(f) < 3 {
		return fmt.Errorf("request %q: want ACTION RESOURCE OBJECT", request)
	}
	d := e.decide(subject, nil, f[0], f[1], f[2])
	m.Decisions = append(m.Decisions, d)
	if d.Allowed {
		m.Allowed++
	}
	if len(f) > 3 && (f[3] == "allow") != d.Allowed {
		m.Wrong = append(m.Wrong, d)
	}
	return nil
}

func (m *matrix) print(w io.Writer) {
	for _, d := range m.Wrong {
		fmt.Fprintf(w, "unexpected: %s %s %s %s -> %v\n", d.Subject, d.Action, d.Resource, d.Object, d.Allowed)
	}
	fmt.Fprintf(w, "rbac-matrix: %d requests, %d allowed, %d unexpected\n", len(m.Decisions), m.Allowed, len(m.Wrong))
}

func withEnforcer(o *options, dir string, f func(*enforcer) (*answer, error)) (*answer, error) {
	w, err := openWorld(dir, o)
	if err != nil {
		return nil, err
	}
	r := newReport("rbac")
	if w.undecoded(r); len(r.Findings) > 0 {
		return r.answer(o), nil
	}
	e, err := newEnforcer(w)
	if err != nil {
		return nil, err
	}
	return f(e)
}

func readLines(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	s := bufio.NewScanner(f)
	for s.Scan() {
		if l := strings.TrimSpace(s.Text()); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out, s.Err()
}

// --- lint of the policy ------------------------------------------------------------------

// lintRBACConfigMap: casbin must load it; then the traps that casbin does not see.
func lintRBACConfigMap(r *Report, d *Doc, cm *corev1.ConfigMap) {
	csv := rbac.PolicyCSV(cm.Data)
	if err := rbac.ValidatePolicy(csv); err != nil {
		// Its message is the whole policy; say which lines are bad instead.
		found := false
		for _, l := range strings.Split(csv, "\n") {
			if rbac.ValidatePolicy(l) != nil {
				found = true
				r.fail("rbac-policy", "argo: util/rbac.ValidatePolicy", d, "bad policy line %q: Argo CD would keep the previous policy", strings.TrimSpace(l))
			}
		}
		if !found {
			r.fail("rbac-policy", "argo: util/rbac.ValidatePolicy", d, "%s", oneLine(err.Error()))
		}
		return
	}
	for _, l := range strings.Split(csv, "\n") {
		checkPolicyLine(r, d, l)
	}
	switch m := cm.Data[rbac.ConfigMapMatchModeKey]; m {
	case "", rbac.GlobMatchMode, rbac.RegexMatchMode:
	default:
		r.fail("rbac-policy", "judge: Enforcer.SetMatchMode takes it as glob", d, "policy.matchMode %q is neither glob nor regex", m)
	}
	enf := rbac.NewEnforcer(nil, "", "", nil)
	if err := enf.SetBuiltinPolicy(assets.BuiltinPolicyCSV); err == nil {
		if err := enf.SetUserPolicy(csv); err == nil {
			if err := roleIntegrity(enf); err != nil {
				r.warn("rbac-policy", "argo: rbac.CheckUserDefinedRoleReferentialIntegrity", d, "%s", err)
			}
		}
	}
}

// actionsOf lists the actions the API server asks for, by resource (as `argocd admin settings
// rbac can` knows them; its table is not exported). A path suffix is possible where true.
var actionsOf = map[string]map[string]bool{
	"accounts":           {"create": false, "update": false, "get": false},
	"applications":       {"get": false, "create": false, "update": true, "delete": true, "sync": false, "override": false, "action": true},
	"applicationsets":    {"get": false, "create": false, "update": false, "delete": false},
	"certificates":       {"get": false, "create": false, "delete": false, "update": false},
	"clusters":           {"get": false, "create": false, "update": false, "delete": false},
	"extensions":         {"invoke": false},
	"gpgkeys":            {"get": false, "create": false, "delete": false},
	"logs":               {"get": false},
	"exec":               {"create": false},
	"projects":           {"get": false, "create": false, "update": false, "delete": false},
	"repositories":       {"get": false, "create": false, "update": false, "delete": false},
	"write-repositories": {"get": false, "create": false, "update": false, "delete": false},
}

// checkPolicyLine warns of rules that load but can never match, because no request names
// their resource or action, and of effects that casbin reads as neither allow nor deny.
func checkPolicyLine(r *Report, d *Doc, line string) {
	f := strings.Split(strings.TrimSpace(line), ",")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	if f[0] != "p" || len(f) != 6 {
		return
	}
	const by = "judge: casbin accepts it, no request can match it"
	res, act, obj, eft := f[2], f[3], f[4], f[5]
	if eft != "allow" && eft != "deny" {
		r.fail("rbac-rule", by, d, "effect %q in %q is neither allow nor deny", eft, line)
	}
	if strings.ContainsAny(res, "*?[{.^") {
		return
	}
	actions, ok := actionsOf[res]
	if !ok {
		r.fail("rbac-rule", by, d, "unknown resource %q in %q", res, line)
		return
	}
	name, _, path := strings.Cut(act, "/")
	if !strings.ContainsAny(name, "*?[{.^") {
		if allowed, ok := actions[name]; !ok || path && !allowed {
			r.fail("rbac-rule", by, d, "unknown action %q of %s in %q", act, res, line)
		}
	}
	if rbac.ProjectScoped[res] && !strings.Contains(obj, "/") && obj != "*" && res != "clusters" && res != "repositories" {
		r.fail("rbac-rule", by, d, "object %q of %s in %q is not PROJECT/NAME", obj, res, line)
	}
}
