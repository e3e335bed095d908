//go:build before_3_3

package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/kubectl/pkg/util/openapi"

	gosync "github.com/argoproj/argo-cd/gitops-engine/pkg/sync"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// everyKind is a clusterResourceWhitelist that permits all.
var everyKind = []metav1.GroupKind{{Group: "*", Kind: "*"}}

// kindPermitted tells whether a project permits an object of a kind; names do not count yet.
func kindPermitted(p *v1alpha1.AppProject, gk schema.GroupKind, _ string, namespaced bool) bool {
	return p.IsGroupKindPermitted(gk, namespaced)
}

// managedByURL has nothing to say: there is no such annotation yet.
func managedByURL(*v1alpha1.Application) []v1alpha1.ApplicationCondition { return nil }

func syncContext(state gosync.ReconciliationResult, cfg *rest.Config, kubectl *fakeKubectl, namespace string, opts []gosync.SyncOpt) (gosync.SyncContext, func(), error) {
	return gosync.NewSyncContext("HEAD", state, cfg, cfg, kubectl, namespace, nil, opts...)
}

// ManageResources gives the engine our recorder.
func (k *fakeKubectl) ManageResources(*rest.Config, openapi.Resources) (kube.ResourceOperations, func(), error) {
	return k.ops, func() {}, nil
}
