package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// permissionRequest asks what a project permits. What it does not name is not asked: a
// repository, a destination (server or name, and namespace), a kind of object.
type permissionRequest struct {
	Project    string  `json:"project"`
	Repo       *string `json:"repo"`
	Server     string  `json:"server"`
	Name       string  `json:"name"`
	Namespace  string  `json:"namespace"`
	Group      string  `json:"group"`
	Kind       string  `json:"kind"`
	Resource   string  `json:"resource"`   // the name of the object
	Namespaced bool    `json:"namespaced"` // its kind is
}

// permission is the answer: permitted if nothing that was asked is refused.
type permission struct {
	Allowed  bool     `json:"allowed"`
	Refusals []string `json:"refusals"`
}

// permissions is the result of the command of that name.
type permissions struct {
	Decisions []permission `json:"decisions"`
}

func cmdPermissions(o *options, args []string) (*answer, error) {
	lines, err := readLines(o.requests)
	if err != nil {
		return nil, err
	}
	w, err := openWorld(args[0], o)
	if err != nil {
		return nil, err
	}
	out := &permissions{Decisions: []permission{}}
	for _, l := range lines {
		var q permissionRequest
		dec := json.NewDecoder(strings.NewReader(l))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&q); err != nil {
			return nil, fmt.Errorf("request %s: %w", l, err)
		}
		refusals, err := w.refusals(q)
		if err != nil {
			return nil, fmt.Errorf("request %s: %w", l, err)
		}
		out.Decisions = append(out.Decisions, permission{len(refusals) == 0, refusals})
	}
	return &answer{ok: true, result: out, text: out.print}, nil
}

func (p *permissions) print(w io.Writer) {
	for i, d := range p.Decisions {
		fmt.Fprintf(w, "%d: %s %s\n", i+1, yesNo[d.Allowed], strings.Join(d.Refusals, ", "))
	}
}

// refusals asks the project for each thing that the request names.
func (w *World) refusals(q permissionRequest) ([]string, error) {
	refusals := []string{}
	p, err := w.project(q.Project)
	if err != nil {
		return nil, err
	}
	if q.Repo != nil && !p.IsSourcePermitted(v1alpha1.ApplicationSource{RepoURL: *q.Repo}) {
		refusals = append(refusals, "repo "+*q.Repo)
	}
	if q.Server != "" || q.Name != "" {
		refusal, err := w.refuseDestination(p, q)
		if err != nil {
			return nil, err
		}
		refusals = append(refusals, refusal...)
	}
	gk := schema.GroupKind{Group: q.Group, Kind: q.Kind}
	if q.Kind != "" && !kindPermitted(p, gk, q.Resource, q.Namespaced) {
		refusals = append(refusals, strings.TrimSpace("kind "+gk.String()+" "+q.Resource))
	}
	return refusals, nil
}

func (w *World) refuseDestination(p *v1alpha1.AppProject, q permissionRequest) ([]string, error) {
	ctx := context.Background()
	cluster, err := w.destinationCluster(ctx, v1alpha1.ApplicationDestination{Server: q.Server, Name: q.Name})
	if err != nil {
		return []string{"cluster: " + err.Error()}, nil
	}
	ok, err := w.destinationPermitted(ctx, p, cluster, q.Namespace)
	if ok || err != nil {
		return nil, err
	}
	return []string{fmt.Sprintf("destination %s %s", cluster.Server, q.Namespace)}, nil
}
