package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// The CRDs of the very argo-cd module this program is linked with, and those of Kargo in a
// version that build.sh names; it copies them out of the module cache before `go build`, they
// are not kept in the source tree.
//
//go:embed crds
var crdFiles embed.FS

// crdSchema checks custom resources the way kube-apiserver does on create.
type crdSchema struct {
	validator  validation.SchemaValidator
	structural *structuralschema.Structural
	rules      *cel.Validator // nil where there are none
	namespaced bool
}

// crdSchemas are the schemas by kind.
var crdSchemas = sync.OnceValues(loadCRDs)

func loadCRDs() (map[schema.GroupVersionKind]*crdSchema, error) {
	out := map[schema.GroupVersionKind]*crdSchema{}
	err := fs.WalkDir(crdFiles, "crds", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		if err := loadCRD(out, path); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return out, err
}

func loadCRD(out map[schema.GroupVersionKind]*crdSchema, path string) error {
	data, err := crdFiles.ReadFile(path)
	if err != nil {
		return err
	}
	var crd apiextv1.CustomResourceDefinition
	if err := yaml.Unmarshal(data, &crd); err != nil {
		return err
	}
	for _, v := range crd.Spec.Versions {
		if v.Schema == nil {
			continue
		}
		var props apiextensions.JSONSchemaProps
		if err := apiextv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, &props, nil); err != nil {
			return err
		}
		s := &crdSchema{namespaced: crd.Spec.Scope == apiextv1.NamespaceScoped}
		if s.structural, err = structuralschema.NewStructural(&props); err != nil {
			return err
		}
		if s.validator, _, err = validation.NewSchemaValidator(&props); err != nil {
			return err
		}
		s.rules = cel.NewValidator(s.structural, true, celconfig.PerCallLimit)
		out[schema.GroupVersionKind{Group: crd.Spec.Group, Version: v.Name, Kind: crd.Spec.Names.Kind}] = s
	}
	return nil
}

// check returns what the apiserver would refuse, and the fields it would silently drop.
func (s *crdSchema) check(obj map[string]any) (errs field.ErrorList, pruned []string) {
	c := runtime.DeepCopyJSON(obj)
	pruned = pruning.PruneWithOptions(c, s.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	errs = validation.ValidateCustomResource(nil, c, s.validator)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, c)...)
	if s.rules != nil {
		broken, _ := s.rules.Validate(context.Background(), nil, s.structural, c, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, broken...)
	}
	return errs, pruned
}
