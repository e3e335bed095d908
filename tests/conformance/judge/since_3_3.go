//go:build !before_3_3

package main

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	gosync "github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/argo"
)

// everyKind is a clusterResourceWhitelist that permits all.
var everyKind = []v1alpha1.ClusterResourceRestrictionItem{{Group: "*", Kind: "*"}}

// kindPermitted tells whether a project permits an object of a kind.
func kindPermitted(p *v1alpha1.AppProject, gk schema.GroupKind, name string, namespaced bool) bool {
	return p.IsGroupKindNamePermitted(gk, name, namespaced)
}

var managedByURL = argo.ValidateManagedByURL

func syncContext(state gosync.ReconciliationResult, cfg *rest.Config, kubectl *fakeKubectl, namespace string, opts []gosync.SyncOpt) (gosync.SyncContext, func(), error) {
	return gosync.NewSyncContext("HEAD", state, cfg, cfg, kubectl, namespace, opts...)
}

// ManageResources gives the engine our recorder.
func (k *fakeKubectl) ManageResources(*rest.Config) (kube.ResourceOperations, func(), error) {
	return k.ops, func() {}, nil
}
