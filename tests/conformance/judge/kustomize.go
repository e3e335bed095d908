package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	ktypes "sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// kustomizationFiles are the names kustomize looks for, in its order.
var kustomizationFiles = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// isKustomization tells it by the name of the file.
func isKustomization(name string) bool {
	return slices.Contains(kustomizationFiles, filepath.Base(name))
}

// lintKustomization decodes a kustomization file as kustomize does, where unknown fields are
// errors, and builds it.
func lintKustomization(r *Report, d *Doc, dir string, build bool) {
	path := filepath.Join(dir, filepath.FromSlash(d.File))
	k, err := readKustomization(path)
	if err != nil {
		r.fail("kustomization", "kustomize: types.Kustomization.Unmarshal", d, "%s", oneLine(err.Error()))
	} else {
		for _, e := range k.EnforceFields() {
			r.fail("kustomization", "kustomize: Kustomization.EnforceFields", d, "%s", e)
		}
		for _, w := range *k.CheckDeprecatedFields() {
			r.warn("kustomization", "kustomize: CheckDeprecatedFields", d, "%s", oneLine(w))
		}
	}
	if !build || d.Obj.GetKind() == ktypes.ComponentKind {
		return
	}
	if _, err := kustomizeBuild(filesys.MakeFsOnDisk(), filepath.Dir(path)); err != nil {
		r.fail("kustomize-build", "kustomize: krusty.Run", d, "%s", oneLine(err.Error()))
	}
}

func readKustomization(path string) (*ktypes.Kustomization, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k := &ktypes.Kustomization{}
	return k, k.Unmarshal(data)
}

// kustomizeBuild is `kustomize build PATH`, which Argo CD runs as a program.
func kustomizeBuild(fs filesys.FileSystem, path string) ([]*unstructured.Unstructured, error) {
	m, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(fs, path)
	if err != nil {
		return nil, err
	}
	data, err := m.AsYaml()
	if err != nil {
		return nil, err
	}
	return kube.SplitYAML(data)
}

// edited is a disk on which one file has another content: kustomize's programs would edit the
// file, the judge writes nothing.
type edited struct {
	filesys.FileSystem
	path string
	data []byte
}

func (e *edited) ReadFile(path string) ([]byte, error) {
	if path == e.path {
		return e.data, nil
	}
	return e.FileSystem.ReadFile(path)
}

// kustomizeWith is what Argo CD makes of a folder and spec.source.kustomize.
func kustomizeWith(path string, opts *v1alpha1.ApplicationSourceKustomize, env *v1alpha1.Env) ([]*unstructured.Unstructured, error) {
	disk := filesys.MakeFsOnDisk()
	if opts == nil || opts.IsZero() {
		return kustomizeBuild(disk, path)
	}
	root, name, err := disk.CleanedAbs(path)
	if err != nil || name != "" {
		return nil, fmt.Errorf("%s is not a folder", path)
	}
	i := slices.IndexFunc(kustomizationFiles, func(name string) bool { return disk.Exists(root.Join(name)) })
	if i < 0 {
		return nil, fmt.Errorf("no kustomization in %s", path)
	}
	file := root.Join(kustomizationFiles[i])
	k, err := readKustomization(file)
	if err != nil {
		return nil, err
	}
	if err := edit(k, opts, env, path); err != nil {
		return nil, err
	}
	data, err := yaml.Marshal(k)
	if err != nil {
		return nil, err
	}
	return kustomizeBuild(&edited{disk, file, data}, path)
}

// edit does to a kustomization what util/kustomize.Build has `kustomize edit` do.
func edit(k *ktypes.Kustomization, opts *v1alpha1.ApplicationSourceKustomize, env *v1alpha1.Env, path string) error {
	k.NamePrefix = cmp.Or(opts.NamePrefix, k.NamePrefix)
	k.NameSuffix = cmp.Or(opts.NameSuffix, k.NameSuffix)
	k.Namespace = cmp.Or(opts.Namespace, k.Namespace)
	for _, i := range opts.Images {
		setImage(k, env.Envsubst(string(i)))
	}
	for _, r := range opts.Replicas {
		if err := setReplicas(k, r); err != nil {
			return err
		}
	}
	if err := addLabels(k, opts, env); err != nil {
		return err
	}
	if err := addAnnotations(k, opts, env); err != nil {
		return err
	}
	if err := addPatches(k, opts.Patches); err != nil {
		return err
	}
	for _, c := range opts.Components {
		if _, err := os.Stat(filepath.Join(path, c)); err == nil || !ignoresMissing(opts) {
			k.Components = append(k.Components, c)
		}
	}
	return nil
}

// setImage is `kustomize edit set image [NAME=]NEWNAME[:TAG|@DIGEST]`.
func setImage(k *ktypes.Kustomization, arg string) {
	name, to, renamed := strings.Cut(arg, "=")
	if !renamed {
		to = name
	}
	image := ktypes.Image{Name: name}
	if to, image.Digest, _ = strings.Cut(to, "@"); image.Digest == "" {
		if colon := strings.LastIndex(to, ":"); colon > strings.LastIndex(to, "/") {
			to, image.NewTag = to[:colon], to[colon+1:]
		}
	}
	if renamed {
		image.NewName = to
	} else {
		image.Name = to
	}
	if i := slices.IndexFunc(k.Images, func(x ktypes.Image) bool { return x.Name == image.Name }); i >= 0 {
		image.NewName = cmp.Or(image.NewName, k.Images[i].NewName)
		k.Images[i] = image
		return
	}
	k.Images = append(k.Images, image)
}

// setReplicas is `kustomize edit set replicas NAME=COUNT`.
func setReplicas(k *ktypes.Kustomization, r v1alpha1.KustomizeReplica) error {
	count, err := r.GetIntCount()
	if err != nil {
		return err
	}
	k.Replicas = slices.DeleteFunc(k.Replicas, func(x ktypes.Replica) bool { return x.Name == r.Name })
	k.Replicas = append(k.Replicas, ktypes.Replica{Name: r.Name, Count: int64(count)})
	return nil
}

// addLabels is `kustomize edit add label`.
func addLabels(k *ktypes.Kustomization, opts *v1alpha1.ApplicationSourceKustomize, env *v1alpha1.Env) error {
	if len(opts.CommonLabels) == 0 {
		return nil
	}
	labels := map[string]string{}
	for name, value := range opts.CommonLabels {
		labels[name] = env.Envsubst(value)
	}
	if opts.LabelWithoutSelector {
		k.Labels = append(k.Labels, ktypes.Label{Pairs: labels, IncludeTemplates: labelsTemplates(opts)})
		return nil
	}
	return addTo(&k.CommonLabels, labels, opts.ForceCommonLabels, "label")
}

// addAnnotations is `kustomize edit add annotation`.
func addAnnotations(k *ktypes.Kustomization, opts *v1alpha1.ApplicationSourceKustomize, env *v1alpha1.Env) error {
	annotations := map[string]string{}
	for name, value := range opts.CommonAnnotations {
		if opts.CommonAnnotationsEnvsubst {
			value = env.Envsubst(value)
		}
		annotations[name] = value
	}
	return addTo(&k.CommonAnnotations, annotations, opts.ForceCommonAnnotations, "annotation")
}

func addTo(to *map[string]string, pairs map[string]string, force bool, what string) error {
	if *to == nil && len(pairs) > 0 {
		*to = map[string]string{}
	}
	for name, value := range pairs {
		if _, there := (*to)[name]; there && !force {
			return fmt.Errorf("kustomize edit add %s: %s is already there", what, name)
		}
		(*to)[name] = value
	}
	return nil
}

// addPatches adds to the list that is there, as Argo CD does in the file itself.
func addPatches(k *ktypes.Kustomization, patches v1alpha1.KustomizePatches) error {
	data, err := yaml.Marshal(patches)
	if err != nil {
		return err
	}
	var more []ktypes.Patch
	err = yaml.Unmarshal(data, &more)
	k.Patches = append(k.Patches, more...)
	return err
}
