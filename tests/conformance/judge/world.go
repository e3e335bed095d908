package main

import (
	"cmp"
	"context"
	"crypto/sha256"
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
	Dir        string
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

	projCache sync.Map
	secrets   []*corev1.Secret
	once      sync.Once
	cancel    context.CancelFunc
}

// quietLogs silences all that the judged code writes: the answer is all that is wanted.
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

// latest is the World of the last request. Several questions are asked about one folder, and
// Argo CD's settings manager takes 100 ms to start, which is longer than most answers.
var latest struct {
	key   string
	world *World
}

// openWorld is the World of DIR as it is now.
func openWorld(dir string, o *options) (*World, error) {
	files, err := readDir(dir)
	if err != nil {
		return nil, err
	}
	key := fingerprint(dir, o.namespace, files)
	if latest.key == key {
		return latest.world, nil
	}
	docs, err := loadFiles(files, o.workers)
	if err != nil {
		return nil, err
	}
	w, err := newWorld(dir, docs, o)
	if err != nil {
		return nil, err
	}
	if latest.world != nil {
		latest.world.cancel()
	}
	latest.key, latest.world = key, w
	return w, nil
}

// fingerprint is the same only for what makes the same World.
func fingerprint(dir, namespace string, files []file) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", dir, namespace)
	for _, f := range files {
		fmt.Fprintf(h, "%q %d\n", f.name, len(f.data))
		h.Write(f.data)
	}
	return string(h.Sum(nil))
}

// newWorld types the documents and starts the fake cluster. A document that cannot be typed
// is left out; lint says why.
func newWorld(dir string, docs []*Doc, o *options) (*World, error) {
	w := &World{
		Dir: dir, NS: o.namespace, Docs: docs, Scheme: runtime.NewScheme(),
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
	if err := parallel(o.workers, len(docs), func(i int) error { typeDoc(docs[i]); return nil }); err != nil {
		return nil, err
	}
	for _, d := range docs {
		w.keep(d)
	}
	w.addDefaults()
	return w, w.start()
}

// keep puts a typed document where Argo CD looks for its kind.
func (w *World) keep(d *Doc) {
	switch o := d.Typed.(type) {
	case *v1alpha1.Application:
		w.nameOf(&o.ObjectMeta)
		w.Apps = append(w.Apps, d)
	case *v1alpha1.ApplicationSet:
		w.nameOf(&o.ObjectMeta)
		w.AppSets = append(w.AppSets, d)
	case *v1alpha1.AppProject:
		w.Projects[w.nameOf(&o.ObjectMeta)] = o
	case *corev1.Secret:
		w.Secrets[w.nameOf(&o.ObjectMeta)] = o
	case *corev1.ConfigMap:
		w.ConfigMaps[w.nameOf(&o.ObjectMeta)] = o
	}
}

// nameOf is the name of an object, which without a namespace is in that of Argo CD.
func (w *World) nameOf(m *metav1.ObjectMeta) types.NamespacedName {
	if m.Namespace == "" {
		m.Namespace = w.NS
	}
	return types.NamespacedName{Namespace: m.Namespace, Name: m.Name}
}

// start brings up Argo CD's readers. The settings manager fills its caches in the background;
// whoever asks it waits for that.
func (w *World) start() error {
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
	w.Settings = settings.NewSettingsManager(ctx, w.Kube, w.NS)
	w.DB = db.NewDB(w.NS, w.Settings, w.Kube)
	go func() { _, _ = w.Settings.GetTrackingMethod() }()
	idx := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	w.ProjLister = applisters.NewAppProjectLister(idx)
	for _, p := range w.Projects {
		if err := idx.Add(p); err != nil {
			return err
		}
	}
	return nil
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
				ClusterResourceWhitelist: everyKind,
			},
		}
	}
}

// typeDoc decodes the kinds the judge reasons about.
func typeDoc(d *Doc) {
	if d.Obj == nil || d.Typed != nil {
		return
	}
	into := typeOf(d)
	if into == nil {
		return
	}
	if _, d.TypeErr = decodeTyped(d.JSON, into); d.TypeErr != nil {
		return
	}
	if s, ok := into.(*corev1.Secret); ok {
		storeSecret(s)
	}
	d.Typed = into
}

func typeOf(d *Doc) any {
	switch {
	case d.group() == application.Group:
		return argoType(d.Obj.GetKind())
	case d.is("", "Secret"):
		return &corev1.Secret{}
	case d.is("", "ConfigMap"):
		return &corev1.ConfigMap{}
	}
	return nil
}

// storeSecret does what the apiserver does on write.
func storeSecret(s *corev1.Secret) {
	for k, v := range s.StringData {
		if s.Data == nil {
			s.Data = map[string][]byte{}
		}
		s.Data[k] = []byte(v)
	}
	s.StringData = nil
}

func isClusterSecret(s *corev1.Secret) bool {
	return s.Labels[common.LabelKeySecretType] == common.LabelValueSecretTypeCluster
}

// project is the project as the application controller uses it: merged with its scoped
// repositories and clusters and with global projects.
func (w *World) project(name string) (*v1alpha1.AppProject, error) {
	type entry struct {
		p   *v1alpha1.AppProject
		err error
	}
	if e, ok := w.projCache.Load(name); ok {
		return e.(entry).p, e.(entry).err
	}
	p, err := w.projectByName(context.Background(), name)
	w.projCache.Store(name, entry{p, err})
	return p, err
}

func (w *World) clusters() []*corev1.Secret {
	var out []*corev1.Secret
	for _, s := range w.Secrets {
		if isClusterSecret(s) && s.Namespace == w.NS {
			out = append(out, s)
		}
	}
	return out
}
