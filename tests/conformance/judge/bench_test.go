package main

import (
	"testing"
)

func BenchmarkLint(b *testing.B) {
	quietLogs()
	for b.Loop() {
		if _, _, err := answerTo([]string{"lint", "../../../examples/devowlish/expected"}); err != nil {
			b.Fatal(err)
		}
	}
}
