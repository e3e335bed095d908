//go:build before_3_5

package main

import "errors"

// verification is whether the repo-server verifies a revision. Checkouts are not verified.
type verification = bool

// hasController: the controller is set up otherwise before 3.5, and is not asked.
const hasController = false

func (e *expander) reconcile(*Doc) generated {
	return generated{err: errors.New("--reconcile needs a judge of Argo CD 3.5")}
}
