//go:build !before_3_0

package main

import (
	"context"

	gosync "github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/rbac"
)

// destinationCluster is the cluster that a destination names.
func (w *World) destinationCluster(ctx context.Context, dest v1alpha1.ApplicationDestination) (*v1alpha1.Cluster, error) {
	return argo.GetDestinationCluster(ctx, dest, w.DB)
}

// destinationPermitted tells whether a project permits a namespace of a cluster.
func (w *World) destinationPermitted(ctx context.Context, p *v1alpha1.AppProject, c *v1alpha1.Cluster, namespace string) (bool, error) {
	return p.IsDestinationPermitted(c, namespace, func(project string) ([]*v1alpha1.Cluster, error) {
		return w.DB.GetProjectClusters(ctx, project)
	})
}

// projectByName is the project with what is scoped to it and the global projects it takes part in.
func (w *World) projectByName(ctx context.Context, name string) (*v1alpha1.AppProject, error) {
	return argo.GetAppProjectByName(ctx, name, w.ProjLister, w.NS, w.Settings, w.DB)
}

// GetFiles answers the git generator.
func (r *localRepos) GetFiles(_ context.Context, repoURL, _, _, pattern string, _ bool, _ verification) (map[string][]byte, error) {
	return r.files(repoURL, pattern)
}

// GetDirectories answers the git generator.
func (r *localRepos) GetDirectories(_ context.Context, repoURL, _, _ string, _ bool, _ verification) ([]string, error) {
	return r.directories(repoURL)
}

// laterOptions are options of a sync that 2.14 does not have.
func laterOptions(opts v1alpha1.SyncOptions) []gosync.SyncOpt {
	return []gosync.SyncOpt{gosync.WithSkipDryRunOnMissingResource(opts.HasOption(common.SyncOptionSkipDryRunOnMissingResource))}
}

func ignoresMissing(k *v1alpha1.ApplicationSourceKustomize) bool { return k.IgnoreMissingComponents }

func labelsTemplates(k *v1alpha1.ApplicationSourceKustomize) bool { return k.LabelIncludeTemplates }

// roleIntegrity finds groups that are bound to a role that nothing defines.
func roleIntegrity(enf *rbac.Enforcer) error {
	return rbac.CheckUserDefinedRoleReferentialIntegrity(enf.CreateEnforcerWithRuntimePolicy("", ""))
}
