// gotemplate [-j N] platform.json OUT: text/template per document, one file each, N goroutines
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"log"
	"os"
	"path/filepath"
	"sync"
	"text/template"
)

//go:embed application.yaml.tmpl
var text string

type Env struct {
	Replicas  int
	Tag, Host string
}
type Service struct {
	Name, Layer, Owner, Project, Revision, Wave string
	SyncOptions                                 []string
	Env                                         map[string]Env
}
type Cluster struct{ Name, Env, Region, Server string }
type Platform struct {
	RepoURL, Registry, Namespace string
	Clusters                     []Cluster
	Services                     []Service
}
type Data struct {
	P *Platform
	S *Service
	C *Cluster
	V Env
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	j := flag.Int("j", 1, "goroutines")
	flag.Parse()
	raw, err := os.ReadFile(flag.Arg(0))
	must(err)
	var p Platform
	must(json.Unmarshal(raw, &p))
	t := template.Must(template.New("a").Parse(text))
	work := make(chan *Cluster)
	var wg sync.WaitGroup
	for range *j {
		wg.Go(func() {
			var b bytes.Buffer
			for c := range work {
				dir := filepath.Join(flag.Arg(1), c.Name)
				must(os.MkdirAll(dir, 0o755))
				for k := range p.Services {
					s := &p.Services[k]
					b.Reset()
					must(t.Execute(&b, Data{&p, s, c, s.Env[c.Env]}))
					must(os.WriteFile(filepath.Join(dir, s.Name+".yaml"), b.Bytes(), 0o644))
				}
			}
		})
	}
	for k := range p.Clusters {
		work <- &p.Clusters[k]
	}
	close(work)
	wg.Wait()
}
