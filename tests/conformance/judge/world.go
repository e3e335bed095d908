package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/go-logr/logr"
	log "github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	kubefake "k8s.io/client-go/kubernetes/fake"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
	sjson "sigs.k8s.io/json"

	"github.com/argoproj/argo-cd/v3/common"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	applisters "github.com/argoproj/argo-cd/v3/pkg/client/listers/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/db"
	"github.com/argoproj/argo-cd/v3/util/settings"
)

// World is the control-plane cluster as Argo CD would see it if DIR were applied to it:
// the real settings manager, cluster database and project lister over a fake clientset.
type World struct {
	NS         string
	Docs       []*Doc
	Scheme     *runtime.Scheme
	Kube       *kubefake.Clientset
	Settings   *settings.SettingsManager
	DB         db.ArgoDB
	Projects   map[types.NamespacedName]*v1alpha1.AppProject
	ProjLister applisters.AppProjectLister
	Secrets    map[types.NamespacedName]*corev1.Secret
	ConfigMaps map[types.NamespacedName]*corev1.ConfigMap
	Apps       []*Doc // Typed is *v1alpha1.Application
	AppSets    []*Doc // Typed is *v1alpha1.ApplicationSet
	// DefaultProjectAdded: DIR has no AppProject "default", so the one Argo CD creates at
	// first start (everything allowed) was added.
	DefaultProjectAdded bool

	schemas   map[string]*crdSchema
	projCache sync.Map
	secrets   []*corev1.Secret
	once      sync.Once
	cancel    context.CancelFunc
}

func quietLogs() {
	os.Setenv("ARGOCD_LOG_LEVEL", "error") // for loggers that Argo CD makes itself
	log.SetOutput(io.Discard)
	log.SetLevel(log.ErrorLevel)
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ctrllog.SetLogger(logr.Discard())
}

// decodeTyped decodes leniently (as the informers do) and reports strict errors apart.
func decodeTyped(data []byte, into any) (strict []error, err error) {
	return sjson.UnmarshalStrict(data, into)
}

// newWorld types the documents and starts the fake cluster. A document that cannot be typed
// is left out; lint says why.
func newWorld(docs []*Doc, ns string, workers int) (*World, error) {
	w := &World{
		NS: ns, Docs: docs, Scheme: runtime.NewScheme(),
		Projects:   map[types.NamespacedName]*v1alpha1.AppProject{},
		Secrets:    map[types.NamespacedName]*corev1.Secret{},
		ConfigMaps: map[types.NamespacedName]*corev1.ConfigMap{},
	}
	if err := clientgoscheme.AddToScheme(w.Scheme); err != nil {
		return nil, err
	}
	if err := v1alpha1.AddToScheme(w.Scheme); err != nil {
		return nil, err
	}
	if err := parallel(workers, len(docs), func(i int) error { typeDoc(docs[i]); return nil }); err != nil {
		return nil, err
	}
	orNS := func(m *metav1.ObjectMeta) types.NamespacedName {
		if m.Namespace == "" {
			m.Namespace = ns
		}
		return types.NamespacedName{Namespace: m.Namespace, Name: m.Name}
	}
	for _, d := range docs {
		switch o := d.Typed.(type) {
		case *v1alpha1.Application:
			orNS(&o.ObjectMeta)
			w.Apps = append(w.Apps, d)
		case *v1alpha1.ApplicationSet:
			orNS(&o.ObjectMeta)
			w.AppSets = append(w.AppSets, d)
		case *v1alpha1.AppProject:
			w.Projects[orNS(&o.ObjectMeta)] = o
		case *corev1.Secret:
			w.Secrets[orNS(&o.ObjectMeta)] = o
		case *corev1.ConfigMap:
			w.ConfigMaps[orNS(&o.ObjectMeta)] = o
		}
	}
	w.addDefaults()

	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	var objs []runtime.Object
	for _, s := range w.Secrets {
		objs = append(objs, s)
	}
	for _, c := range w.ConfigMaps {
		objs = append(objs, c)
	}
	w.Kube = kubefake.NewClientset(objs...)
	w.Settings = settings.NewSettingsManager(ctx, w.Kube, ns)
	w.DB = db.NewDB(ns, w.Settings, w.Kube)
	idx := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	for _, p := range w.Projects {
		if err := idx.Add(p); err != nil {
			return nil, err
		}
	}
	w.ProjLister = applisters.NewAppProjectLister(idx)
	if _, err := w.Settings.GetClusterInformer(); err != nil {
		return nil, fmt.Errorf("settings manager did not start: %w", err)
	}
	return w, nil
}

func (w *World) close() { w.cancel() }

// openWorld loads DIR and starts the fake cluster over it.
func openWorld(dir string, o *options) (*World, error) {
	docs, err := loadDir(dir, o.workers)
	if err != nil {
		return nil, err
	}
	schemas, err := crdSchemas()
	if err != nil {
		return nil, err
	}
	w, err := newWorld(docs, o.namespace, o.workers)
	if err != nil {
		return nil, err
	}
	w.schemas = schemas
	return w, nil
}

// undecoded reports the documents that the commands other than lint must not overlook.
func (w *World) undecoded(r *Report) {
	for _, d := range w.Docs {
		switch {
		case d.Err != nil:
			r.fail("yaml", "k8s: sigs.k8s.io/yaml strict", d, "%s", oneLine(d.Err.Error()))
		case d.TypeErr != nil:
			r.fail("strict-decode", "argo: v1alpha1 types", d, "%s", oneLine(d.TypeErr.Error()))
		}
	}
}

func (w *World) sortedSecrets() []*corev1.Secret {
	w.once.Do(func() {
		w.secrets = slices.SortedFunc(maps.Values(w.Secrets), func(a, b *corev1.Secret) int {
			return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
		})
	})
	return w.secrets
}

func labelSet(m map[string]string) labels.Set { return labels.Set(m) }

// addDefaults supplies what every Argo CD installation has and DIR need not declare.
func (w *World) addDefaults() {
	part := map[string]string{"app.kubernetes.io/part-of": "argocd"}
	key := func(n string) types.NamespacedName { return types.NamespacedName{Namespace: w.NS, Name: n} }
	if w.ConfigMaps[key(common.ArgoCDConfigMapName)] == nil {
		w.ConfigMaps[key(common.ArgoCDConfigMapName)] = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: common.ArgoCDConfigMapName, Namespace: w.NS, Labels: part}}
	}
	if w.Secrets[key(common.ArgoCDSecretName)] == nil {
		w.Secrets[key(common.ArgoCDSecretName)] = &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: common.ArgoCDSecretName, Namespace: w.NS, Labels: part},
			Data:       map[string][]byte{"server.secretkey": []byte("judge")},
		}
	}
	if k := key(v1alpha1.DefaultAppProjectName); w.Projects[k] == nil {
		w.DefaultProjectAdded = true
		w.Projects[k] = &v1alpha1.AppProject{
			ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.DefaultAppProjectName, Namespace: w.NS},
			Spec: v1alpha1.AppProjectSpec{
				SourceRepos:              []string{"*"},
				Destinations:             []v1alpha1.ApplicationDestination{{Server: "*", Namespace: "*"}},
				ClusterResourceWhitelist: []v1alpha1.ClusterResourceRestrictionItem{{Group: "*", Kind: "*"}},
			},
		}
	}
}

// typeDoc decodes the kinds the judge reasons about.
func typeDoc(d *Doc) {
	if d.Obj == nil || d.Typed != nil {
		return
	}
	var into any
	switch {
	case d.is(application.Group, application.ApplicationKind):
		into = &v1alpha1.Application{}
	case d.is(application.Group, application.ApplicationSetKind):
		into = &v1alpha1.ApplicationSet{}
	case d.is(application.Group, application.AppProjectKind):
		into = &v1alpha1.AppProject{}
	case d.is("", "Secret"):
		into = &corev1.Secret{}
	case d.is("", "ConfigMap"):
		into = &corev1.ConfigMap{}
	default:
		return
	}
	if _, err := decodeTyped(d.JSON, into); err != nil {
		d.TypeErr = err
		return
	}
	if s, ok := into.(*corev1.Secret); ok {
		// What the apiserver does on write.
		for k, v := range s.StringData {
			if s.Data == nil {
				s.Data = map[string][]byte{}
			}
			s.Data[k] = []byte(v)
		}
		s.StringData = nil
	}
	d.Typed = into
}

func isClusterSecret(s *corev1.Secret) bool {
	return s.Labels[common.LabelKeySecretType] == common.LabelValueSecretTypeCluster
}

// logErrors collects what Argo CD logs at error level: some of its functions log every
// error but return only the first.
type logErrors struct {
	mu   sync.Mutex
	msgs []string
}

func (h *logErrors) Levels() []log.Level { return []log.Level{log.ErrorLevel} }

func (h *logErrors) Fire(e *log.Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	msg := e.Message
	if err, ok := e.Data[log.ErrorKey].(error); ok {
		msg += ": " + err.Error()
	}
	h.msgs = append(h.msgs, msg)
	return nil
}

func (h *logErrors) take() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.msgs
	h.msgs = nil
	return out
}
