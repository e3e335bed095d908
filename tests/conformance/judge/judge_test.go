package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	quietLogs()
	os.Exit(m.Run())
}

// ask runs a command in the process, as a request of serve would.
func ask(t *testing.T, args ...string) *answer {
	t.Helper()
	_, a, err := answerTo(args)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return a
}

func text(a *answer) string {
	var b bytes.Buffer
	a.text(&b)
	return b.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// write puts a file into a folder and says where it is.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// copied is a copy of a folder of testdata.
func copied(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// replace changes a file of a copy.
func replace(t *testing.T, path, old, new string) {
	t.Helper()
	content := read(t, path)
	if !strings.Contains(content, old) {
		t.Fatalf("%s has no %q", path, old)
	}
	write(t, filepath.Dir(path), filepath.Base(path), strings.Replace(content, old, new, 1))
}

// errorsOf are the errors of a report, as "RULE MESSAGE".
func errorsOf(findings []Finding) (errs []string) {
	for _, f := range findings {
		if f.Severity == sevError {
			errs = append(errs, f.Rule+" "+f.Message)
		}
	}
	return errs
}

// lines are the values of the comments "# KEY: VALUE" of a file.
func lines(content, key string) (values []string) {
	for _, l := range strings.Split(content, "\n") {
		if v, ok := strings.CutPrefix(l, "# "+key+": "); ok {
			values = append(values, v)
		}
	}
	return values
}

func TestLintAcceptsAnInstallation(t *testing.T) {
	if a := ask(t, "lint", "testdata/base"); !a.ok {
		t.Error(text(a))
	}
}

// TestLintRefuses lints every wrong fixture beside the good installation. It must be refused for
// the reasons its lines "# expect: RULE MESSAGE-REGEX" give, no more and no fewer.
func TestLintRefuses(t *testing.T) {
	cases, err := filepath.Glob("testdata/bad/*")
	if err != nil || len(cases) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) { lintRefuses(t, path) })
	}
}

func lintRefuses(t *testing.T, path string) {
	dir, fixture := t.TempDir(), path
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		dir, fixture = copied(t, path), filepath.Join(path, "kustomization.yaml")
	}
	content := read(t, fixture)
	write(t, dir, filepath.Base(fixture), content)
	var base []string
	for _, doc := range strings.Split(read(t, "testdata/base/base.yaml"), "\n---\n") {
		replaced := func(name string) bool { return strings.Contains(doc, "name: "+name+",") }
		if !slices.ContainsFunc(lines(content, "replaces"), replaced) {
			base = append(base, doc)
		}
	}
	write(t, dir, "base/base.yaml", strings.Join(base, "\n---\n"))
	errs := errorsOf(ask(t, "lint", dir).result.(*Report).Findings)
	want := lines(content, "expect")
	for _, w := range want {
		if !slices.ContainsFunc(errs, regexp.MustCompile("^"+w).MatchString) {
			t.Errorf("not found: %s", w)
		}
	}
	if len(errs) != len(want) {
		t.Errorf("expected %d errors, got %d:\n%s", len(want), len(errs), strings.Join(errs, "\n"))
	}
}

func TestLintEachJudgesNoSets(t *testing.T) {
	dir := copied(t, "testdata/base")
	write(t, dir, "again.yaml", read(t, "testdata/base/base.yaml"))
	write(t, dir, "chart/Chart.yaml", "name: chart")
	write(t, dir, "chart/templates/a.yaml", "{{ template }}")
	if a := ask(t, "lint", dir); a.ok {
		t.Error("duplicates were not found")
	}
	if a := ask(t, "lint", dir, "--each"); !a.ok {
		t.Error(text(a))
	}
}

var expandArgs = []string{
	"expand", "testdata/expand/dir", "--pulls", "testdata/expand/pulls.json",
	"--repo", "https://git.example.com/team-a/estate=testdata/expand/repo",
}

// expandedFile is a file with the lines that expand prints.
func expandedFile(t *testing.T, args ...string) string {
	t.Helper()
	a := ask(t, append(slices.Clone(expandArgs), args...)...)
	var b bytes.Buffer
	if err := a.writeJSON(&b); err != nil {
		t.Fatal(err)
	}
	return write(t, t.TempDir(), "apps.json", b.String())
}

func TestExpand(t *testing.T) {
	const golden = "testdata/expand/want.json"
	apps := expandedFile(t)
	if a := ask(t, "compare", golden, apps); !a.ok {
		t.Error(text(a))
	}
	if hasController {
		if a := ask(t, "compare", apps, expandedFile(t, "--reconcile")); !a.ok {
			t.Error("the controller makes other Applications than its generators:", text(a))
		}
	}
	changed := write(t, t.TempDir(), "changed.json", strings.Replace(read(t, golden), `"size":"5"`, `"size":"6"`, 1))
	if out := text(ask(t, "compare", golden, changed)); !strings.Contains(out, `files-prod /metadata/annotations/size: "5" -> "6"`) {
		t.Error(out)
	}
	golds := strings.SplitAfterN(read(t, golden), "\n", 3)
	missing := write(t, t.TempDir(), "missing.json", golds[0]+golds[2])
	if out := text(ask(t, "compare", golden, missing)); !strings.Contains(out, "only in A: argocd/dirs-api-dev-1") {
		t.Error(out)
	}
	if out := text(ask(t, "expand", "testdata/expand/dir")); !strings.Contains(out, "no checkout given for") {
		t.Error(out)
	}
}

// order is the text of waves without its last line.
func order(t *testing.T, dir string) string {
	t.Helper()
	out := text(ask(t, "waves", dir, "--root", "root"))
	return out[:strings.Index(out, "waves:")]
}

func TestWaves(t *testing.T) {
	dir := copied(t, "testdata/waves")
	if got, want := order(t, dir), read(t, "testdata/waves/want.txt"); got != want {
		t.Errorf("order:\n%swant:\n%s", got, want)
	}
	write(t, dir, "health-cm.yaml", read(t, "testdata/health-cm.yaml"))
	if got, want := order(t, dir), read(t, "testdata/waves/want-gated.txt"); got != want {
		t.Errorf("with a health check:\n%swant:\n%s", got, want)
	}
}

// TestWavesRefuses changes one thing of a tree that works.
func TestWavesRefuses(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"manual child", "automated: {}, ", "", "never finishes: waiting for healthy state of argoproj.io/Application/teams"},
		{"project without Namespace", "clusterResourceWhitelist: [{group: \"*\", kind: \"*\"}]", "clusterResourceWhitelist: []", "resource :Namespace is not permitted in project platform"},
		{"project in the same wave", `"-1"`, `"0"`, "argocd/crds appears in step 1, but AppProject/argocd/platform is applied in step 1, batch 1"},
		{"two sources of one object", "path: platform}", "path: teams}", "is part of applications argocd/crds and argocd/teams"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copied(t, "testdata/waves")
			if c.name == "manual child" {
				write(t, dir, "health-cm.yaml", read(t, "testdata/health-cm.yaml"))
			}
			replace(t, filepath.Join(dir, "root/apps.yaml"), c.old, c.new)
			a := ask(t, "waves", dir, "--root", "root")
			if out := text(a); a.ok || !strings.Contains(out, c.want) {
				t.Error(out)
			}
		})
	}
}

// TestWavesSources changes how the kustomization "teams" is read.
func TestWavesSources(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"a directory wins over a kustomization", "directory: {exclude: kustomization.yaml}", "RoleBinding teams/"},
		{"options of kustomize", "kustomize: {namePrefix: x-, commonLabels: {a: b}, images: ['a=b:c']}", "RoleBinding teams/x-"},
		{"patches", "kustomize: {patches: [{target: {kind: RoleBinding}, patch: '[{\"op\": \"replace\", \"path\": \"/metadata/name\", \"value\": \"patched\"}]'}]}", "RoleBinding teams/patched"},
		{"a plugin is external", "plugin: {name: p}", "is rendered by Plugin"},
		{"Helm is external", "helm: {}", "is rendered by Helm"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := copied(t, "testdata/waves")
			replace(t, filepath.Join(dir, "root/apps.yaml"), "path: teams}", "path: teams, "+c.source+"}")
			if out := text(ask(t, "waves", dir, "--root", "root")); !strings.Contains(out, c.want) {
				t.Error(out)
			}
		})
	}
}

func TestRBAC(t *testing.T) {
	m := ask(t, "rbac-matrix", "testdata/base", "--subjects", "testdata/rbac/subjects", "--requests", "testdata/rbac/requests").result.(*matrix)
	var got strings.Builder
	for _, d := range m.Decisions {
		line, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString(string(line) + "\n")
	}
	if want := read(t, "testdata/rbac/want.jsonl"); got.String() != want {
		t.Errorf("decisions:\n%s", got.String())
	}
	can := func(args ...string) bool {
		return ask(t, append([]string{"rbac", "testdata/base", "--can"}, args...)...).ok
	}
	if !can("group:team-a-devs", "sync", "applications", "team-a/billing") ||
		can("group:team-a-devs", "delete", "applications", "team-a/billing") ||
		!can("bob", "delete", "applications", "team-a/billing", "--groups", "platform-admins") {
		t.Error("rbac decides otherwise")
	}
}

func TestPermissions(t *testing.T) {
	for request, want := range map[string]string{
		`{"project": "team-a", "repo": "https://git.example.com/team-a/x"}`:                                   "",
		`{"project": "team-a", "repo": "https://git.example.com/team-b/x"}`:                                   "repo https://git.example.com/team-b/x",
		`{"project": "team-a", "server": "https://dev-1.example.com", "namespace": "team-a-x"}`:               "",
		`{"project": "team-a", "name": "prod-1", "namespace": "team-b"}`:                                      "destination https://prod-1.example.com team-b",
		`{"project": "team-a", "name": "nowhere", "namespace": "team-a-x"}`:                                   "cluster: there are no clusters with this name: nowhere",
		`{"project": "team-a", "kind": "Namespace"}`:                                                          "",
		`{"project": "team-a", "group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "resource": "x"}`: "kind ClusterRole.rbac.authorization.k8s.io x",
		`{"project": "team-a", "kind": "Secret", "namespaced": true}`:                                         "",
	} {
		file := write(t, t.TempDir(), "requests", request+"\n")
		d := ask(t, "permissions", "testdata/base", "--requests", file).result.(*permissions).Decisions[0]
		if got := strings.Join(d.Refusals, "; "); got != want || d.Allowed != (want == "") {
			t.Errorf("%s: %q", request, got)
		}
	}
}

// TestExamples judges the trees of the project's examples.
func TestExamples(t *testing.T) {
	trees, err := filepath.Glob("../../../examples/*/expected")
	if err != nil || len(trees) == 0 {
		t.Fatal("no examples", err)
	}
	for _, dir := range trees {
		if a := ask(t, "lint", "--each", dir, "-build=false"); !a.ok {
			t.Error(text(a))
		}
	}
}

func TestPatchDirectivesAreNoFields(t *testing.T) {
	p := &patchWatcher{}
	if _, err := p.Replace("spec: {$patch: replace, source: {$retainKeys: [path], pfad: x}}", nil, true, nil); err != nil {
		t.Fatal(err)
	}
	if want := unknownInPatch + `unknown field "spec.source.pfad"`; strings.Join(p.unknown, "; ") != want {
		t.Error(p.unknown)
	}
}
