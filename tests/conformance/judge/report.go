package main

import (
	"fmt"
	"io"
	"sort"
)

// Severity of a finding: errors decide the exit code, warnings and notes do not.
const (
	sevError = "error"
	sevWarn  = "warning"
	sevNote  = "note"
)

// Finding is one thing there is to say about one object.
// By names whose judgement it is: "argo: …" and "k8s: …" mean that the real code of that
// function rejected the object; "judge: …" marks a check of our own about a known trap.
type Finding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	File     string `json:"file,omitempty"`
	Doc      int    `json:"doc,omitempty"` // 1-based index of the document in File
	Object   string `json:"object,omitempty"`
	Message  string `json:"message"`
	By       string `json:"by"`
}

// Report collects findings and prints them.
type Report struct {
	Command  string         `json:"command"`
	Argo     string         `json:"argoVersion"`
	OK       bool           `json:"ok"`
	Errors   int            `json:"errors"`
	Warnings int            `json:"warnings"`
	Findings []Finding      `json:"findings"`
	Stats    map[string]any `json:"stats,omitempty"`
}

func newReport(cmd string) *Report {
	return &Report{Command: cmd, Argo: argoVersion(), Findings: []Finding{}, Stats: map[string]any{}}
}

func (r *Report) add(sev, rule, by string, d *Doc, format string, args ...any) {
	f := Finding{Rule: rule, Severity: sev, By: by, Message: fmt.Sprintf(format, args...)}
	if d != nil {
		f.File, f.Doc, f.Object = d.File, d.Index, d.ID()
	}
	r.Findings = append(r.Findings, f)
}

func (r *Report) fail(rule, by string, d *Doc, format string, args ...any) {
	r.add(sevError, rule, by, d, format, args...)
}

func (r *Report) warn(rule, by string, d *Doc, format string, args ...any) {
	r.add(sevWarn, rule, by, d, format, args...)
}

func (r *Report) note(rule, by string, d *Doc, format string, args ...any) {
	r.add(sevNote, rule, by, d, format, args...)
}

// finish sorts and counts; it is what makes the report's bytes deterministic.
func (r *Report) finish() {
	rank := map[string]int{sevError: 0, sevWarn: 1, sevNote: 2}
	sort.SliceStable(r.Findings, func(i, j int) bool {
		a, b := r.Findings[i], r.Findings[j]
		if rank[a.Severity] != rank[b.Severity] {
			return rank[a.Severity] < rank[b.Severity]
		}
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Doc != b.Doc {
			return a.Doc < b.Doc
		}
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		return a.Message < b.Message
	})
	for _, f := range r.Findings {
		switch f.Severity {
		case sevError:
			r.Errors++
		case sevWarn:
			r.Warnings++
		}
	}
	r.OK = r.Errors == 0
}

// printHuman writes the text form: one line a finding, at most limit of them.
func (r *Report) printHuman(w io.Writer, limit int) {
	for i, f := range r.Findings {
		if limit > 0 && i == limit {
			fmt.Fprintf(w, "… %d more\n", len(r.Findings)-i)
			break
		}
		where := f.File
		if f.Doc > 0 {
			where = fmt.Sprintf("%s#%d", f.File, f.Doc)
		}
		fmt.Fprintf(w, "%-7s %-24s %s %s\n        %s  [%s]\n", f.Severity, f.Rule, where, f.Object, f.Message, f.By)
	}
	verdict := "OK"
	if !r.OK {
		verdict = "VIOLATIONS"
	}
	fmt.Fprintf(w, "%s: %s, %d error(s), %d warning(s), Argo CD %s\n", r.Command, verdict, r.Errors, r.Warnings, r.Argo)
}

// answer is the report as a command's answer.
func (r *Report) answer(o *options) *answer {
	r.finish()
	return &answer{ok: r.OK, result: r, text: func(w io.Writer) { r.printHuman(w, o.limit) }}
}
