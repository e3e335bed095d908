//go:build !before_3_1

package main

import (
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

func scmConfig() generators.SCMConfig {
	return generators.NewSCMConfig("", nil, true, false, nil, false)
}

// automated tells whether the controller syncs by itself.
func automated(p *v1alpha1.SyncPolicy) bool { return p != nil && p.IsAutomatedSyncEnabled() }
