package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/hook"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube/kubetest"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
)

var namespaceGVK = schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}

// fakeCluster is a destination cluster in memory: it answers, as an http.RoundTripper, the
// discovery and the few object requests the sync engine makes itself, and it keeps what the
// engine applies.
type fakeCluster struct {
	mu      sync.Mutex
	objs    map[kube.ResourceKey]*unstructured.Unstructured
	order   []kube.ResourceKey
	kinds   map[schema.GroupVersionKind]bool
	cluster map[schema.GroupKind]bool    // cluster-scoped, by CRDs of DIR
	known   map[kube.ResourceKey]bool    // discovered already
	owners  map[kube.ResourceKey]*simApp // who applies it
}

func newFakeCluster(w *World) *fakeCluster {
	c := &fakeCluster{
		objs: map[kube.ResourceKey]*unstructured.Unstructured{}, kinds: map[schema.GroupVersionKind]bool{},
		cluster: map[schema.GroupKind]bool{}, known: map[kube.ResourceKey]bool{},
		owners: map[kube.ResourceKey]*simApp{},
	}
	for _, d := range w.Docs {
		if !d.is("apiextensions.k8s.io", "CustomResourceDefinition") {
			continue
		}
		group, _, _ := unstructured.NestedString(d.Obj.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(d.Obj.Object, "spec", "names", "kind")
		if scope, _, _ := unstructured.NestedString(d.Obj.Object, "spec", "scope"); scope == "Cluster" {
			c.cluster[schema.GroupKind{Group: group, Kind: kind}] = true
		}
	}
	return c
}

func (c *fakeCluster) namespaced(gk schema.GroupKind) bool {
	return !clusterScoped[gk.Kind] && !c.cluster[gk]
}

// IsNamespaced makes the cluster a kube.ResourceInfoProvider.
func (c *fakeCluster) IsNamespaced(gk schema.GroupKind) (bool, error) { return c.namespaced(gk), nil }

// learn makes a kind known to discovery.
func (c *fakeCluster) learn(gvk schema.GroupVersionKind) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kinds[gvk] = true
}

func (c *fakeCluster) key(o *unstructured.Unstructured) kube.ResourceKey {
	k := kube.GetResourceKey(o)
	if !c.namespaced(o.GroupVersionKind().GroupKind()) {
		k.Namespace = ""
	}
	return k
}

func (c *fakeCluster) put(o *unstructured.Unstructured) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o = o.DeepCopy()
	k := c.key(o)
	if k.Namespace == "" {
		o.SetNamespace("")
	}
	if c.objs[k] == nil {
		c.order = append(c.order, k)
	}
	o.SetUID(types.UID(k.String()))
	if kube.IsCRD(o) {
		_ = unstructured.SetNestedSlice(o.Object, []any{map[string]any{"type": "Established", "status": "True"}}, "status", "conditions")
	}
	c.objs[k] = o
}

// discovered are the objects of Argo CD that were not given before, which its controllers find.
func (c *fakeCluster) discovered() []*unstructured.Unstructured {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []*unstructured.Unstructured
	for _, k := range c.order {
		if o := c.objs[k]; o != nil && k.Group == application.Group && !c.known[k] {
			c.known[k] = true
			out = append(out, o.DeepCopy())
		}
	}
	return out
}

// liveOf is the part of the live state that the targets of one Application manage.
func (c *fakeCluster) liveOf(targets []*unstructured.Unstructured) map[kube.ResourceKey]*unstructured.Unstructured {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[kube.ResourceKey]*unstructured.Unstructured{}
	for _, t := range targets {
		k := c.key(t)
		if o := c.objs[k]; o != nil {
			out[k] = o.DeepCopy()
		}
		if t.GetName() == "" && hook.IsHook(t) { // generateName
			for lk, o := range c.objs {
				if lk.Group == k.Group && lk.Kind == k.Kind && strings.HasPrefix(lk.Name, t.GetGenerateName()) {
					out[lk] = o.DeepCopy()
				}
			}
		}
	}
	return out
}

func plural(kind string) string { return strings.ToLower(kind) + "s" }

// RoundTrip serves GET /api[s]/…/VERSION (discovery) and GET, PUT, DELETE of one object.
func (c *fakeCluster) RoundTrip(req *http.Request) (*http.Response, error) {
	parts := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	var gv schema.GroupVersion
	switch {
	case len(parts) >= 2 && parts[0] == "api":
		gv, parts = schema.GroupVersion{Version: parts[1]}, parts[2:]
	case len(parts) >= 3 && parts[0] == "apis":
		gv, parts = schema.GroupVersion{Group: parts[1], Version: parts[2]}, parts[3:]
	default:
		return nil, fmt.Errorf("judge: unexpected request %s %s", req.Method, req.URL)
	}
	if len(parts) == 0 {
		return c.discovery(req, gv)
	}
	ns := ""
	if parts[0] == "namespaces" && len(parts) > 2 {
		ns, parts = parts[1], parts[2:]
	}
	if len(parts) != 2 {
		return nil, fmt.Errorf("judge: unexpected request %s %s", req.Method, req.URL)
	}
	return c.object(req, gv, parts[0], ns, parts[1])
}

func (c *fakeCluster) discovery(req *http.Request, gv schema.GroupVersion) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: gv.String()}
	for k := range c.kinds {
		if k.GroupVersion() == gv {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: plural(k.Kind), Kind: k.Kind, Namespaced: c.namespaced(k.GroupKind()),
				Verbs: metav1.Verbs{"get", "list", "create", "update", "patch", "delete"},
			})
		}
	}
	slices.SortFunc(list.APIResources, func(a, b metav1.APIResource) int { return strings.Compare(a.Kind, b.Kind) })
	return reply(req, http.StatusOK, list)
}

func (c *fakeCluster) object(req *http.Request, gv schema.GroupVersion, resource, ns, name string) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, o := range c.objs {
		if k.Group != gv.Group || plural(k.Kind) != resource || k.Name != name || (k.Namespace != ns && k.Namespace != "") {
			continue
		}
		switch req.Method {
		case http.MethodPut:
			u := &unstructured.Unstructured{}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return nil, err
			}
			if err := u.UnmarshalJSON(body); err != nil {
				return nil, err
			}
			c.objs[k], o = u, u
		case http.MethodDelete:
			delete(c.objs, k)
		}
		return reply(req, http.StatusOK, o.Object)
	}
	return reply(req, http.StatusNotFound, apierrors.NewNotFound(schema.GroupResource{Group: gv.Group, Resource: resource}, name).Status())
}

func reply(req *http.Request, code int, body any) (*http.Response, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(data)),
	}, nil
}

// recorder is the kubectl behind the engine: it notes what is applied, in order.
type recorder struct {
	cluster *fakeCluster
	mu      sync.Mutex
	applied []*unstructured.Unstructured
}

func (r *recorder) note(o *unstructured.Unstructured, dry cmdutil.DryRunStrategy) (string, error) {
	if dry != cmdutil.DryRunNone {
		return "", nil
	}
	r.mu.Lock()
	r.applied = append(r.applied, o.DeepCopy())
	r.mu.Unlock()
	r.cluster.put(o)
	return o.GetName() + " applied", nil
}

func (r *recorder) ApplyResource(_ context.Context, o *unstructured.Unstructured, dry cmdutil.DryRunStrategy, _, _, _ bool, _ string) (string, error) {
	return r.note(o, dry)
}

func (r *recorder) ReplaceResource(_ context.Context, o *unstructured.Unstructured, dry cmdutil.DryRunStrategy, _ bool) (string, error) {
	return r.note(o, dry)
}

func (r *recorder) CreateResource(_ context.Context, o *unstructured.Unstructured, dry cmdutil.DryRunStrategy, _ bool) (string, error) {
	return r.note(o, dry)
}

func (r *recorder) UpdateResource(_ context.Context, o *unstructured.Unstructured, dry cmdutil.DryRunStrategy) (*unstructured.Unstructured, error) {
	_, err := r.note(o, dry)
	return o, err
}

// fakeKubectl gives the engine our recorder; the rest is gitops-engine's own mock.
type fakeKubectl struct {
	kubetest.MockKubectlCmd
	ops     *recorder
	cluster *fakeCluster
}

func (k *fakeKubectl) GetResource(_ context.Context, _ *rest.Config, gvk schema.GroupVersionKind, name, ns string) (*unstructured.Unstructured, error) {
	k.cluster.mu.Lock()
	defer k.cluster.mu.Unlock()
	if o := k.cluster.objs[kube.NewResourceKey(gvk.Group, gvk.Kind, ns, name)]; o != nil {
		return o.DeepCopy(), nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Group: gvk.Group, Resource: plural(gvk.Kind)}, name)
}
