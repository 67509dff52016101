// The client net/http, with its defaults.
//
//	usage: agent send METHOD URL [NAME:VALUE...]   one request
//	       agent upload URL FILE                   POSTs a file, never whole in memory
//	       agent follow URL                        prints each line of the answer as it comes
//	       agent version                           prints Go's version
//
// send and upload print one line of JSON: status, headers, body. Exit code 1 and the error's text when there was no
// answer, or not the whole of it.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	switch {
	case len(words) > 2 && words[0] == "send":
		return send(words[1], words[2], words[3:])
	case len(words) == 3 && words[0] == "upload":
		return upload(words[1], words[2])
	case len(words) == 2 && words[0] == "follow":
		return follow(words[1])
	case len(words) == 1 && words[0] == "version":
		fmt.Println(strings.TrimPrefix(runtime.Version(), "go"))
		return nil
	default:
		return fmt.Errorf("%v: unknown (expected: send, upload, follow or version)", words)
	}
}

func send(method, url string, fields []string) error {
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		return err
	}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ":")
		request.Header.Set(name, value)
	}
	return answer(http.DefaultClient.Do(request))
}

func upload(url, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return answer(http.Post(url, "application/octet-stream", file))
}

func follow(url string) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		fmt.Println(lines.Text())
	}
	return lines.Err()
}

func answer(response *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	headers := map[string]string{}
	for name, values := range response.Header {
		headers[name] = strings.Join(values, ", ")
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"status": response.StatusCode, "headers": headers, "body": string(body)})
}
