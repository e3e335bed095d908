package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// response is one line of `judge serve`.
type response struct {
	Code   int    `json:"code"`
	Error  string `json:"error,omitempty"`
	Result any    `json:"result,omitempty"`
}

// serve answers requests one after the other: a line with a JSON array of arguments is
// answered by a line with a response. It ends with its input.
func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := enc.Encode(respond(line)); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// respond handles one request; a panic of the code that is asked ends the request only.
func respond(line []byte) (r response) {
	defer func() {
		if p := recover(); p != nil {
			r = response{Code: 2, Error: fmt.Sprintf("panic: %v", p)}
		}
	}()
	var args []string
	if err := json.Unmarshal(line, &args); err != nil {
		return response{Code: 2, Error: "a request is a JSON array of strings: " + err.Error()}
	}
	_, a, err := answerTo(args)
	if err != nil {
		return response{Code: 2, Error: err.Error()}
	}
	return response{Code: a.code(), Result: a.result}
}
