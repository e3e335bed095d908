//go:build before_3_0

package main

import (
	"context"

	gosync "github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/rbac"
)

// destinationCluster is the cluster that a destination names.
func (w *World) destinationCluster(ctx context.Context, dest v1alpha1.ApplicationDestination) (*v1alpha1.Cluster, error) {
	if err := argo.ValidateDestination(ctx, &dest, w.DB); err != nil {
		return nil, err
	}
	return w.DB.GetCluster(ctx, dest.Server)
}

// destinationPermitted tells whether a project permits a namespace of a cluster.
func (w *World) destinationPermitted(ctx context.Context, p *v1alpha1.AppProject, c *v1alpha1.Cluster, namespace string) (bool, error) {
	dest := v1alpha1.ApplicationDestination{Server: c.Server, Name: c.Name, Namespace: namespace}
	return p.IsDestinationPermitted(dest, func(project string) ([]*v1alpha1.Cluster, error) {
		return w.DB.GetProjectClusters(ctx, project)
	})
}

// projectByName is the project with what is scoped to it and the global projects it takes part in.
func (w *World) projectByName(ctx context.Context, name string) (*v1alpha1.AppProject, error) {
	return argo.GetAppProjectByName(name, w.ProjLister, w.NS, w.Settings, w.DB, ctx)
}

// GetFiles answers the git generator.
func (r *localRepos) GetFiles(_ context.Context, repoURL, _, pattern string, _, _ bool) (map[string][]byte, error) {
	return r.files(repoURL, pattern)
}

// GetDirectories answers the git generator.
func (r *localRepos) GetDirectories(_ context.Context, repoURL, _ string, _, _ bool) ([]string, error) {
	return r.directories(repoURL)
}

// laterOptions are options of a sync that 2.14 does not have.
func laterOptions(v1alpha1.SyncOptions) []gosync.SyncOpt { return nil }

func ignoresMissing(*v1alpha1.ApplicationSourceKustomize) bool { return false }

func labelsTemplates(*v1alpha1.ApplicationSourceKustomize) bool { return false }

// roleIntegrity is not judged: 2.14 has no function for it.
func roleIntegrity(*rbac.Enforcer) error { return nil }
