package main

import (
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	pathvalidation "k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/ignore"
)

// clusterScoped are the core kinds without a namespace; every other known kind has one.
var clusterScoped = map[string]bool{
	"Namespace": true, "ClusterRole": true, "ClusterRoleBinding": true, "CustomResourceDefinition": true,
	"PersistentVolume": true, "StorageClass": true, "PriorityClass": true, "IngressClass": true, "APIService": true,
	"ValidatingWebhookConfiguration": true, "MutatingWebhookConfiguration": true, "ValidatingAdmissionPolicy": true,
	"Project": true, "ValidatingAdmissionPolicyBinding": true, "RuntimeClass": true, "ClusterIssuer": true, "Node": true,
}

// lintMeta judges names, labels and annotations as the apiserver would.
func lintMeta(r *Report, d *Doc) {
	var meta metav1.ObjectMeta
	m, _ := d.Obj.Object["metadata"].(map[string]any)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m, &meta); err != nil {
		r.fail("object-meta", "k8s: metav1.ObjectMeta", d, "%s", oneLine(err.Error()))
		return
	}
	for _, e := range validateMeta(&meta, !clusterScoped[d.Obj.GetKind()], nameRule(d)) {
		r.fail("object-meta", "k8s: api/validation.ValidateObjectMeta", d, "%s", oneLine(e.Error()))
	}
}

// nameRule is what Kubernetes allows as a name of this kind.
func nameRule(d *Doc) apivalidation.ValidateNameFunc {
	switch kind := d.Obj.GetKind(); {
	case kind == "Namespace":
		return apivalidation.NameIsDNSLabel
	case kind == "Service":
		return apivalidation.NameIsDNS1035Label
	case d.group() == rbacv1.GroupName:
		return pathvalidation.ValidatePathSegmentName
	}
	return apivalidation.NameIsDNSSubdomain
}

func validateMeta(m *metav1.ObjectMeta, namespaced bool, name apivalidation.ValidateNameFunc) field.ErrorList {
	c := m.DeepCopy()
	if namespaced && c.Namespace == "" {
		c.Namespace = "default" // filled in by kubectl, kustomize or Argo CD
	}
	return apivalidation.ValidateObjectMeta(c, namespaced, name, field.NewPath("metadata"))
}

// lintAnnotations finds annotations that Argo CD would ignore without a word.
func lintAnnotations(r *Report, d *Doc) {
	a := d.Obj.GetAnnotations()
	if v, ok := a[common.AnnotationSyncWave]; ok {
		if _, err := strconv.Atoi(v); err != nil {
			r.fail("sync-wave", "judge: gitops-engine syncwaves.Wave takes it as wave 0", d, "sync-wave %q is not an integer", v)
		}
	}
	if v, ok := a[common.AnnotationKeyHook]; ok {
		if ignore.Ignore(d.Obj) {
			r.fail("hook", "argo: gitops-engine ignore.Ignore", d, "hook %q has no type Argo CD knows: the object would never be applied", v)
		}
		for _, t := range strings.Split(v, ",") {
			if _, ok := common.NewHookType(strings.TrimSpace(t)); !ok {
				r.fail("hook", "argo: gitops-engine common.NewHookType", d, "unknown hook type %q", t)
			}
		}
	}
	for _, o := range strings.Split(a[common.AnnotationSyncOptions], ",") {
		if o = strings.TrimSpace(o); o != "" && !knownSyncOption(o) {
			r.fail("sync-option", "judge: Argo CD ignores sync options it does not know", d, "unknown sync option %q", o)
		}
	}
}
