//go:build !before_3_0

package main

import (
	"context"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
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
