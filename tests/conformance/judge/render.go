package main

import (
	"context"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/git"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
)

// manifests renders the sources of an Application that lie in DIR.
func (s *simulation) manifests(a *simApp) ([]*unstructured.Unstructured, error) {
	var out []*unstructured.Unstructured
	for _, src := range a.app.Spec.GetSources() {
		if src.Chart != "" || src.Path == "" {
			continue
		}
		objs, err := s.render(a, &src)
		if err != nil {
			return nil, err
		}
		out = append(out, objs...)
	}
	// As CompareAppState does before it hands targets to the engine.
	c := s.cluster(a.cluster.Server)
	for _, obj := range out {
		switch {
		case !c.namespaced(obj.GroupVersionKind().GroupKind()):
			obj.SetNamespace("")
		case obj.GetNamespace() == "":
			obj.SetNamespace(a.app.Spec.Destination.Namespace)
		}
	}
	return out, nil
}

// render is the repo-server's GenerateManifests, as far as that needs no other program:
// kustomizations are built with the kustomize library, and what Helm or a plugin would render
// counts as external.
func (s *simulation) render(a *simApp, src *v1alpha1.ApplicationSource) ([]*unstructured.Unstructured, error) {
	root, err := s.exp.repos.dir(src.RepoURL)
	if err != nil {
		root = s.w.Dir
	}
	path := filepath.Join(root, filepath.FromSlash(src.Path))
	if st, err := os.Stat(path); err != nil || !st.IsDir() {
		s.external(a, src, "is not in DIR")
		return nil, nil
	}
	kind, err := repository.GetAppSourceType(context.Background(), src, path, root, a.app.Name, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	switch kind {
	case v1alpha1.ApplicationSourceTypeKustomize:
		return kustomizeWith(path, src.Kustomize, buildEnvironment(a.app, src))
	case v1alpha1.ApplicationSourceTypeDirectory:
		return s.directory(a, src, root, path)
	}
	s.external(a, src, "is rendered by "+string(kind))
	return nil, nil
}

func (s *simulation) external(a *simApp, src *v1alpha1.ApplicationSource, why string) {
	s.r.note("external-source", "judge", a.doc, "%s: path %s %s, its objects are not simulated", a.app.Name, src.Path, why)
}

// directory renders a folder of plain manifests.
func (s *simulation) directory(a *simApp, src *v1alpha1.ApplicationSource, root, path string) ([]*unstructured.Unstructured, error) {
	res, err := repository.GenerateManifests(context.Background(), path, root, "HEAD", &apiclient.ManifestRequest{
		Repo: &v1alpha1.Repository{Repo: src.RepoURL}, ApplicationSource: src, AppName: a.app.Name,
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

// buildEnvironment is what Argo CD replaces in options: its build environment, as far as it is
// known without a checkout.
func buildEnvironment(app *v1alpha1.Application, src *v1alpha1.ApplicationSource) *v1alpha1.Env {
	return &v1alpha1.Env{
		{Name: "ARGOCD_APP_NAME", Value: app.Name},
		{Name: "ARGOCD_APP_NAMESPACE", Value: app.Spec.Destination.Namespace},
		{Name: "ARGOCD_APP_PROJECT_NAME", Value: app.Spec.GetProject()},
		{Name: "ARGOCD_APP_SOURCE_REPO_URL", Value: src.RepoURL},
		{Name: "ARGOCD_APP_SOURCE_PATH", Value: src.Path},
		{Name: "ARGOCD_APP_SOURCE_TARGET_REVISION", Value: src.TargetRevision},
	}
}
