//go:build !before_3_4

package main

import (
	"context"

	"github.com/argoproj/argo-cd/v3/applicationset/generators"
)

// generators are those of Argo CD over the World and the checkouts.
func (e *expander) generators() (map[string]generators.Generator, error) {
	informer, err := e.w.Settings.GetClusterInformer()
	if err != nil {
		return nil, err
	}
	return generators.GetGenerators(context.Background(), e.ctrl, e.w.Kube, e.w.NS, e.repos, nil, scmConfig(), informer), nil
}
