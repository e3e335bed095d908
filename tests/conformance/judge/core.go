package main

import (
	"errors"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
)

var strictCore = serializer.NewCodecFactory(clientgoscheme.Scheme, serializer.EnableStrict).UniversalDeserializer()

// lintCore decodes a Kubernetes object strictly with the types of client-go.
func lintCore(r *Report, d *Doc) {
	obj, _, err := strictCore.Decode(d.JSON, nil, nil)
	var strict interface{ Errors() []error }
	switch {
	case err == nil:
	case runtime.IsNotRegisteredError(err):
		r.fail("strict-decode", "k8s: client-go scheme", d, "no such kind: %s", d.Obj.GroupVersionKind())
	case runtime.IsStrictDecodingError(err) && errors.As(err, &strict):
		for _, e := range strict.Errors() {
			r.fail("strict-decode", "k8s: client-go types", d, "%s", e)
		}
	default:
		r.fail("strict-decode", "k8s: client-go types", d, "%s", oneLine(err.Error()))
	}
	switch b := obj.(type) {
	case *rbacv1.RoleBinding:
		lintBinding(r, d, b.RoleRef, b.Subjects)
	case *rbacv1.ClusterRoleBinding:
		lintBinding(r, d, b.RoleRef, b.Subjects)
	}
}

const bindingRule = "judge: as kubernetes ValidateRoleBinding"

// lintBinding repeats the few rules of k8s.io/kubernetes/pkg/apis/rbac/validation, which is
// too large a module to link for them.
func lintBinding(r *Report, d *Doc, ref rbacv1.RoleRef, subjects []rbacv1.Subject) {
	if ref.APIGroup != rbacv1.GroupName || (ref.Kind != "Role" && ref.Kind != "ClusterRole") || ref.Name == "" {
		r.fail("rolebinding", bindingRule, d, "roleRef must be a Role or ClusterRole of %s with a name", rbacv1.GroupName)
	}
	for i, s := range subjects {
		lintSubject(r, d, i, s)
	}
}

func lintSubject(r *Report, d *Doc, i int, s rbacv1.Subject) {
	group := rbacv1.GroupName
	switch s.Kind {
	case rbacv1.ServiceAccountKind:
		group = ""
		if s.Namespace == "" {
			r.fail("rolebinding", bindingRule, d, "subjects[%d]: a ServiceAccount needs a namespace", i)
		}
	case rbacv1.UserKind, rbacv1.GroupKind:
	default:
		r.fail("rolebinding", bindingRule, d, "subjects[%d]: unknown kind %q", i, s.Kind)
	}
	if s.APIGroup != group && s.APIGroup != "" {
		r.fail("rolebinding", bindingRule, d, "subjects[%d]: apiGroup must be %q", i, group)
	}
	if s.Name == "" {
		r.fail("rolebinding", bindingRule, d, "subjects[%d]: no name", i)
	}
}
