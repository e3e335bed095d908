// judge lets the code of Argo CD, Kubernetes and kustomize judge what platformc writes.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
)

const help = `judge asks Argo CD's own code (%s) about Argo CD manifests. It is offline.

  lint DIR                                     decode, validate and cross-check everything in DIR
  expand DIR                                   what the ApplicationSets of DIR generate
  waves DIR --root NAME                        in which order Argo CD applies the root Application and its children
  permissions DIR --requests FILE              what the AppProjects of DIR permit
  rbac DIR --can SUBJECT ACTION RESOURCE OBJ   may SUBJECT do it? exit 0 yes, 1 no
  rbac-matrix DIR --subjects F --requests F    the same in bulk
  compare A.json B.json                        are two sets of Applications the same?
  serve                                        answer requests from stdin, one JSON array of arguments a line

JSON goes to stdout, text to stderr. Exit code: 0 fine, 1 violation, 2 could not run.
`

func main() {
	quietLogs()
	debug.SetGCPercent(400)       // expanding allocates much and keeps little …
	debug.SetMemoryLimit(3 << 30) // … but lint of 100,000 documents keeps much
	args := os.Args[1:]
	if len(args) == 1 && args[0] == "serve" {
		os.Exit(exitCode(serve(os.Stdin, os.Stdout)))
	}
	os.Exit(once(args))
}

// once answers the one request that the command line is.
func once(args []string) int {
	o, a, err := answerTo(args)
	if err != nil {
		return exitCode(err)
	}
	if o.json {
		if err := a.writeJSON(os.Stdout); err != nil {
			return exitCode(err)
		}
	}
	if o.text && a.text != nil {
		a.text(os.Stderr)
	}
	return a.code()
}

// exitCode says on stderr why a request could not be run.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if usage := (usageError)(""); errors.As(err, &usage) {
		fmt.Fprintf(os.Stderr, help, argoVersion())
	}
	fmt.Fprintln(os.Stderr, "judge:", err)
	return 2
}

// argoVersion is the version of the argo-cd module linked in.
var argoVersion = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if strings.HasPrefix(m.Path, "github.com/argoproj/argo-cd/v") {
				return m.Version
			}
		}
	}
	return "unknown"
})
