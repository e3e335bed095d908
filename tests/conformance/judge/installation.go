package main

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"

	argocommon "github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/db"
)

// lintClusters reads the Secrets that register clusters as Argo CD's cluster informer does.
func (w *World) lintClusters(r *Report) {
	byName, byServer := map[string]*Doc{}, map[string]*Doc{}
	for _, d := range w.Docs {
		s, ok := d.Typed.(*corev1.Secret)
		if !ok || !isClusterSecret(s) {
			continue
		}
		if c := w.lintCluster(r, d, s); c != nil {
			lintUnique(r, d, "name", c.Name, byName)
			lintUnique(r, d, "server", strings.TrimRight(c.Server, "/"), byServer)
		}
	}
}

func (w *World) lintCluster(r *Report, d *Doc, s *corev1.Secret) *v1alpha1.Cluster {
	if s.Namespace != w.NS {
		r.fail("cluster-secret", "argo: ClusterInformer watches the Argo CD namespace only", d, "cluster Secret is in namespace %s, Argo CD in %s", s.Namespace, w.NS)
		return nil
	}
	c, err := db.SecretToCluster(s)
	if err != nil {
		r.fail("cluster-secret", "argo: util/db.SecretToCluster", d, "%s", oneLine(err.Error()))
		return nil
	}
	if strict, err := decodeTyped(s.Data["config"], &v1alpha1.ClusterConfig{}); err == nil {
		for _, e := range strict {
			r.fail("cluster-secret", "argo: v1alpha1.ClusterConfig", d, "config: %v", e)
		}
	}
	if c.Server == "" {
		r.fail("cluster-secret", "argo: util/db.SecretToCluster", d, "no server")
	}
	if err := reachable(c); err != nil {
		r.fail("cluster-secret", "argo: v1alpha1.Cluster.RawRestConfig; client-go: rest.TransportFor", d, "%s", oneLine(err.Error()))
	}
	if c.Name == "" {
		r.fail("cluster-secret", "judge: the clusters generator yields an empty name", d, "no name")
	}
	return c
}

// reachable says why Argo CD could make no client of a registration, without asking for a credential.
func reachable(c *v1alpha1.Cluster) error {
	if c.Server == v1alpha1.KubernetesInternalAPIServerAddr {
		return nil // the service account of the pod
	}
	config, err := c.RawRestConfig()
	if err != nil {
		return err
	}
	_, err = rest.TransportFor(config)
	return err
}

func lintUnique(r *Report, d *Doc, what, value string, seen map[string]*Doc) {
	if first := seen[value]; first != nil && value != "" {
		r.fail("cluster-duplicate", "argo: GetDestinationServer / ClusterInformer", d, "%s %q is also that of %s", what, value, first.ID())
	}
	seen[value] = d
}

// lintConfig reads the ConfigMaps of Argo CD through its own readers.
func (w *World) lintConfig(r *Report) {
	for _, d := range w.Docs {
		cm, ok := d.Typed.(*corev1.ConfigMap)
		if !ok || cm.Namespace != w.NS {
			continue
		}
		switch cm.Name {
		case argocommon.ArgoCDRBACConfigMapName:
			lintRBACConfigMap(r, d, cm)
		case argocommon.ArgoCDConfigMapName:
			w.lintSettings(r, d, cm)
		}
	}
}

func (w *World) lintSettings(r *Report, d *Doc, cm *corev1.ConfigMap) {
	if cm.Labels["app.kubernetes.io/part-of"] != "argocd" {
		r.fail("argocd-cm", "argo: settings manager watches app.kubernetes.io/part-of=argocd only", d, "argocd-cm lacks the label app.kubernetes.io/part-of: argocd and would not be seen")
		return
	}
	for name, read := range map[string]func() error{
		"resource overrides": func() error { _, err := w.Settings.GetResourceOverrides(); return err },
		"resource filter":    func() error { _, err := w.Settings.GetResourcesFilter(); return err },
		"tracking method":    func() error { _, err := w.Settings.GetTrackingMethod(); return err },
		"global projects":    func() error { _, err := w.Settings.GetGlobalProjectsSettings(); return err },
		"kustomize":          func() error { _, err := w.Settings.GetKustomizeSettings(); return err },
	} {
		if err := read(); err != nil {
			r.fail("argocd-cm", "argo: util/settings", d, "%s: %s", name, oneLine(err.Error()))
		}
	}
}
