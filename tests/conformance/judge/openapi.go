package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	openapi "github.com/google/gnostic-models/openapiv2"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kube-openapi/pkg/util/proto/validation"
)

// openAPISpec is what Kubernetes publishes of its API, in the version that the linked argo-cd
// requires; build.sh copies it out of the module cache.
//
//go:embed schemas/swagger.json
var openAPISpec []byte

// openAPISchemas are the schemas of Kubernetes' kinds, read as kubectl reads them from a server.
var openAPISchemas = sync.OnceValues(loadOpenAPI)

func loadOpenAPI() (map[schema.GroupVersionKind]proto.Schema, error) {
	spec, err := withoutPaths(openAPISpec)
	if err != nil {
		return nil, err
	}
	doc, err := openapi.ParseDocument(spec)
	if err != nil {
		return nil, err
	}
	models, err := proto.NewOpenAPIData(doc)
	if err != nil {
		return nil, err
	}
	schemas := map[schema.GroupVersionKind]proto.Schema{}
	for _, name := range models.ListModels() {
		model := models.LookupModel(name)
		for _, gvk := range kindsOf(model) {
			schemas[gvk] = model
		}
	}
	return schemas, nil
}

// withoutPaths leaves out the operations, which are most of the text.
func withoutPaths(spec []byte) ([]byte, error) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(spec, &doc); err != nil {
		return nil, err
	}
	doc["paths"] = json.RawMessage("{}")
	return json.Marshal(doc)
}

// kindsOf are the kinds that a schema says it is of.
func kindsOf(s proto.Schema) (kinds []schema.GroupVersionKind) {
	list, _ := s.GetExtensions()["x-kubernetes-group-version-kind"].([]any)
	for _, e := range list {
		gvk, _ := e.(map[any]any)
		field := func(name string) string { return fmt.Sprint(gvk[name]) }
		kinds = append(kinds, schema.GroupVersionKind{Group: field("group"), Version: field("version"), Kind: field("kind")})
	}
	return kinds
}

// lintBySchema judges an object by the published schema of its kind; false if there is none.
func lintBySchema(r *Report, d *Doc) bool {
	schemas, err := openAPISchemas()
	if err != nil {
		r.fail("openapi-schema", "judge", d, "%s", err)
		return true
	}
	s := schemas[d.Obj.GroupVersionKind()]
	if s == nil {
		return false
	}
	for _, e := range validation.ValidateModel(d.Obj.Object, s, d.Obj.GetKind()) {
		r.fail("openapi-schema", "k8s: published OpenAPI schema, as kubectl validates", d, "%s", oneLine(e.Error()))
	}
	return true
}
