package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// readCache stands for the informer cache in front of the controller's client: the two reads
// that generators do are answered from memory, everything else by controller-runtime's fake.
type readCache struct {
	client.Client
	w *World
}

func newReadCache(c client.Client, w *World) client.Client { return &readCache{Client: c, w: w} }

func (c *readCache) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	secrets, ok := list.(*corev1.SecretList)
	if !ok {
		return c.Client.List(ctx, list, opts...)
	}
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	for _, s := range c.w.sortedSecrets() {
		if o.Namespace != "" && s.Namespace != o.Namespace {
			continue
		}
		if o.LabelSelector != nil && !o.LabelSelector.Matches(labels.Set(s.Labels)) {
			continue
		}
		secrets.Items = append(secrets.Items, *s)
	}
	return nil
}

func (c *readCache) Get(ctx context.Context, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
	if p, ok := obj.(*v1alpha1.AppProject); ok {
		if found := c.w.Projects[key]; found != nil {
			found.DeepCopyInto(p)
			return nil
		}
	}
	return c.Client.Get(ctx, key, obj, opts...)
}
