package main

import (
	"embed"
	"fmt"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

// The CRDs of the very argo-cd module this program is linked with; build.sh copies them
// out of the module cache before `go build`, they are not kept in the source tree.
//
//go:embed crds/*.yaml
var crdFiles embed.FS

// crdSchema checks custom resources the way kube-apiserver does on create.
type crdSchema struct {
	validator  validation.SchemaValidator
	structural *structuralschema.Structural
}

// crdSchemas are the schemas by kind; all are of argoproj.io/v1alpha1.
var crdSchemas = sync.OnceValues(loadCRDs)

func loadCRDs() (map[string]*crdSchema, error) {
	entries, err := crdFiles.ReadDir("crds")
	if err != nil {
		return nil, err
	}
	out := map[string]*crdSchema{}
	for _, e := range entries {
		data, err := crdFiles.ReadFile("crds/" + e.Name())
		if err != nil {
			return nil, err
		}
		var crd apiextv1.CustomResourceDefinition
		if err := yaml.Unmarshal(data, &crd); err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		for _, v := range crd.Spec.Versions {
			if v.Schema == nil {
				continue
			}
			var props apiextensions.JSONSchemaProps
			if err := apiextv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v.Schema.OpenAPIV3Schema, &props, nil); err != nil {
				return nil, err
			}
			s := &crdSchema{}
			if s.structural, err = structuralschema.NewStructural(&props); err != nil {
				return nil, err
			}
			if s.validator, _, err = validation.NewSchemaValidator(&props); err != nil {
				return nil, err
			}
			if hasCEL(s.structural) {
				return nil, fmt.Errorf("%s now has x-kubernetes-validations: this judge must learn CEL", e.Name())
			}
			out[crd.Spec.Names.Kind] = s
		}
	}
	return out, nil
}

// check returns what the apiserver would refuse, and the fields it would silently drop.
func (s *crdSchema) check(obj map[string]any) (errs field.ErrorList, pruned []string) {
	c := runtime.DeepCopyJSON(obj)
	pruned = pruning.PruneWithOptions(c, s.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	errs = validation.ValidateCustomResource(nil, c, s.validator)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, s.structural, c)...)
	return errs, pruned
}

func hasCEL(s *structuralschema.Structural) bool {
	found := false
	v := structuralschema.Visitor{Structural: func(s *structuralschema.Structural) bool {
		found = found || len(s.XValidations) > 0
		return false
	}}
	v.Visit(s.DeepCopy())
	return found
}
