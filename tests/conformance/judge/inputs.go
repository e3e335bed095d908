package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/argoproj/argo-cd/v3/util/git"
)

// --- pull requests -----------------------------------------------------------------------

// pull is one pull request of the --pulls fixture: {"owner/repo": [{…}]}.
type pull struct {
	Number       int      `json:"number"`
	Title        string   `json:"title"`
	Branch       string   `json:"branch"`
	TargetBranch string   `json:"targetBranch"`
	HeadSHA      string   `json:"headSHA"`
	Labels       []string `json:"labels"`
	Author       string   `json:"author"`
}

// offline is the only HTTP transport of this program: it answers "list pull requests" of the
// GitHub API from the fixture and refuses everything else, so that no run can reach a network.
// Argo CD's SCM clients use http.DefaultTransport, which main replaces by it.
type offline struct{ pulls map[string][]pull }

func (o *offline) RoundTrip(req *http.Request) (*http.Response, error) {
	_, tail, ok := strings.Cut(req.URL.Path, "repos/")
	key, isPulls := strings.CutSuffix(tail, "/pulls")
	if !ok || !isPulls {
		return nil, fmt.Errorf("judge is offline, refused %s %s", req.Method, req.URL)
	}
	type obj = map[string]any
	status, body := http.StatusNotFound, any(obj{"message": "Not Found"})
	if list, known := o.pulls[key]; known {
		out := []obj{}
		for _, p := range list {
			labels := []obj{}
			for _, l := range p.Labels {
				labels = append(labels, obj{"name": l})
			}
			out = append(out, obj{
				"number": p.Number, "title": p.Title, "labels": labels,
				"head": obj{"ref": p.Branch, "sha": p.HeadSHA},
				"base": obj{"ref": p.TargetBranch},
				"user": obj{"login": p.Author},
			})
		}
		status, body = http.StatusOK, out
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(data)), Request: req,
	}, nil
}

func loadPulls(path string) (map[string][]pull, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var m map[string][]pull
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return m, dec.Decode(&m)
}

// rewritePulls turns, in the JSON of an ApplicationSet, the provider of every pullRequest
// generator (also nested ones) into a github provider without credentials, so that the real
// generator asks the fixture. Filters, labels, values and template stay as they are.
func rewritePulls(v any) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			rewritePulls(e)
		}
	case map[string]any:
		if pr, ok := x["pullRequest"].(map[string]any); ok {
			rewriteProvider(pr)
		}
		for _, e := range x {
			rewritePulls(e)
		}
	}
}

func rewriteProvider(pr map[string]any) {
	for name, fields := range map[string][]string{
		"github": {"owner", "repo"}, "gitea": {"owner", "repo"}, "bitbucket": {"owner", "repo"},
		"bitbucketServer": {"project", "repo"}, "gitlab": {"project"}, "azuredevops": {"organization", "project", "repo"},
	} {
		p, ok := pr[name].(map[string]any)
		if !ok {
			continue
		}
		var parts []string
		for _, f := range fields {
			s, _ := p[f].(string)
			parts = append(parts, s)
		}
		key := strings.Join(parts, "/")
		cut := strings.LastIndex(key, "/")
		owner, repo := "id", key
		if cut >= 0 {
			owner, repo = key[:cut], key[cut+1:]
		}
		github := map[string]any{"owner": owner, "repo": repo}
		if l, ok := p["labels"]; ok {
			github["labels"] = l
		}
		delete(pr, name)
		pr["github"] = github
		return
	}
}

// --- git ---------------------------------------------------------------------------------

// localRepos answers the git generator from checkouts on disk, with the same git client the
// repo-server uses (LsFiles) and the same directory walk.
type localRepos struct {
	paths   map[string]string // normalized URL -> directory
	newGlob bool              // ARGOCD_APPLICATIONSET_CONTROLLER_ENABLE_NEW_GIT_FILE_GLOBBING
	mu      sync.Mutex
	gitDirs map[string]string
}

func newLocalRepos(flags []string, newGlob bool) (*localRepos, error) {
	r := &localRepos{paths: map[string]string{}, newGlob: newGlob, gitDirs: map[string]string{}}
	for _, f := range flags {
		url, path, ok := strings.Cut(f, "=")
		if !ok {
			return nil, fmt.Errorf("--repo wants URL=PATH, not %q", f)
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		r.paths[git.NormalizeGitURL(url)] = abs
	}
	return r, nil
}

func (r *localRepos) dir(url string) (string, error) {
	if p, ok := r.paths[git.NormalizeGitURL(url)]; ok {
		return p, nil
	}
	return "", fmt.Errorf("no checkout given for %s (use --repo %s=PATH)", url, url)
}

// files lists what `git ls-files` would in a repository that holds exactly this directory.
// A private index is used, so the directory may itself lie inside another work tree.
func (r *localRepos) files(repoURL, pattern string) (map[string][]byte, error) {
	root, err := r.dir(repoURL)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.newGlob {
		if err := r.useIndexOf(root); err != nil {
			return nil, err
		}
	}
	client, err := git.NewClientExt(repoURL, root, git.NopCreds{}, false, false, "", "")
	if err != nil {
		return nil, err
	}
	names, err := client.LsFiles(pattern, r.newGlob)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, n := range names {
		if out[n], err = os.ReadFile(filepath.Join(root, n)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *localRepos) useIndexOf(root string) error {
	dir, ok := r.gitDirs[root]
	if !ok {
		var err error
		if dir, err = os.MkdirTemp("", "judge-git"); err != nil {
			return err
		}
		r.gitDirs[root] = dir
	}
	os.Setenv("GIT_DIR", dir)
	os.Setenv("GIT_WORK_TREE", root)
	if ok {
		return nil
	}
	for _, args := range [][]string{{"init", "-q"}, {"-c", "core.autocrlf=false", "add", "-A", "."}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}

// close takes away what useIndexOf left: directories and the environment.
func (r *localRepos) close() {
	for _, d := range r.gitDirs {
		os.RemoveAll(d)
	}
	os.Unsetenv("GIT_DIR")
	os.Unsetenv("GIT_WORK_TREE")
}

// directories walks as reposerver's GetGitDirectories does: no hidden directories, no root.
func (r *localRepos) directories(repoURL string) ([]string, error) {
	root, err := r.dir(repoURL)
	if err != nil {
		return nil, err
	}
	var out []string
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		if strings.HasPrefix(e.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if rel, err := filepath.Rel(root, path); err != nil {
			return err
		} else if rel != "." {
			out = append(out, rel)
		}
		return nil
	})
	return out, err
}
