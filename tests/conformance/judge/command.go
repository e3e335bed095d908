package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
)

// options are the flags of all commands.
type options struct {
	namespace          string
	repos              listFlag
	pulls              string
	newGlob            bool
	output             string
	json, text         bool
	limit, workers     int
	build, expand      bool
	each               bool
	validate           bool
	reconcile          bool
	root               string
	syncManual         bool
	bootstrap          string
	can                bool
	groups             string
	subjects, requests string
}

// listFlag is a flag that may be given several times.
type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, ",") }
func (l *listFlag) Set(s string) error { *l = append(*l, s); return nil }

// command is one of the questions that can be asked.
type command struct {
	args int // how many arguments it takes besides flags
	run  func(o *options, args []string) (*answer, error)
}

var commands = map[string]command{
	"lint":        {1, cmdLint},
	"expand":      {1, cmdExpand},
	"waves":       {1, cmdWaves},
	"permissions": {1, cmdPermissions},
	"rbac":        {5, cmdRBAC},
	"rbac-matrix": {1, cmdRBACMatrix},
	"compare":     {2, cmdCompare},
	"schemas":     {0, cmdSchemas},
}

// answer is what a command found out.
type answer struct {
	ok     bool            // no violation
	result any             // as JSON
	text   func(io.Writer) // for people
}

// code is the exit code.
func (a *answer) code() int {
	if a.ok {
		return 0
	}
	return 1
}

// byLines is a result that is written in lines of its own choice.
type byLines interface{ writeLines(io.Writer) error }

func (a *answer) writeJSON(w io.Writer) error {
	if lines, ok := a.result.(byLines); ok {
		return lines.writeLines(w)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(a.result)
}

// usageError is a command line that says nothing.
type usageError string

func (e usageError) Error() string { return string(e) }

// answerTo runs the command that args are.
func answerTo(args []string) (*options, *answer, error) {
	if len(args) == 0 {
		return nil, nil, usageError("no command")
	}
	c, ok := commands[args[0]]
	if !ok {
		return nil, nil, usageError("unknown command " + args[0])
	}
	o, rest, err := parse(args[0], args[1:])
	if err != nil {
		return nil, nil, err
	}
	if len(rest) != c.args {
		return nil, nil, usageError(fmt.Sprintf("%s takes %d arguments, not %d", args[0], c.args, len(rest)))
	}
	pulls, err := loadPulls(o.pulls)
	if err != nil {
		return nil, nil, err
	}
	http.DefaultTransport = &offline{pulls: pulls}
	a, err := c.run(o, rest)
	return o, a, err
}

// parse lets flags and arguments mix: `rbac DIR --can a b c d`.
func parse(name string, in []string) (*options, []string, error) {
	o := &options{}
	fs := flags(name, o)
	var args []string
	for {
		if err := fs.Parse(in); err != nil {
			return nil, nil, usageError(name + ": " + err.Error())
		}
		if fs.NArg() == 0 {
			o.json, o.text = o.output != "text", o.output != "json"
			return o, args, nil
		}
		args = append(args, fs.Arg(0))
		in = fs.Args()[1:]
	}
}

func flags(name string, o *options) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&o.output, "o", "both", "output: json, text or both")
	fs.StringVar(&o.namespace, "namespace", "argocd", "namespace of Argo CD")
	fs.Var(&o.repos, "repo", "URL=PATH: a local checkout of a repository (repeatable)")
	fs.StringVar(&o.pulls, "pulls", "", "JSON file with pull requests by owner/repo")
	fs.BoolVar(&o.newGlob, "new-git-file-globbing", false, "as the controller's flag of that name")
	fs.IntVar(&o.limit, "limit", 200, "print at most so many findings as text (0: all)")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "documents and ApplicationSets handled at a time")
	fs.BoolVar(&o.each, "each", false, "lint: judge each document by itself only")
	fs.BoolVar(&o.build, "build", true, "lint: also build kustomizations")
	fs.BoolVar(&o.expand, "expand", true, "lint: also expand ApplicationSets and judge the result")
	fs.BoolVar(&o.validate, "validate", true, "expand: also judge the generated Applications")
	fs.BoolVar(&o.reconcile, "reconcile", false, "expand: run the whole ApplicationSet controller instead of its generator part (slow)")
	fs.StringVar(&o.root, "root", "", "waves: name of the root Application")
	fs.StringVar(&o.bootstrap, "bootstrap", "", "waves: kustomization whose objects were applied by hand before the root")
	fs.BoolVar(&o.syncManual, "sync-manual", false, "waves: also sync Applications without automated sync, as a user would")
	fs.BoolVar(&o.can, "can", false, "rbac: the four arguments follow")
	fs.StringVar(&o.groups, "groups", "", "rbac: groups of the subject, comma separated")
	fs.StringVar(&o.subjects, "subjects", "", "rbac-matrix: file with one subject a line")
	fs.StringVar(&o.requests, "requests", "", "rbac-matrix, permissions: file with one request a line")
	return fs
}
