// Package s3test is a small S3 server for tests: one bucket, in memory.
package s3test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

const bucket, accessKey = "usher", "AKIDUSHERTEST"

// Server is a running server.
type Server struct {
	*httptest.Server
	mu      sync.Mutex
	down    bool
	objects map[string][]byte
	uploads map[string]map[int][]byte // of parts, by upload
	whole   int                       // uploads in parts that were completed
}

// Start starts a server until the test ends, and makes the app store its files there.
func Start(t testing.TB, app core.App) *Server {
	t.Helper()
	s := &Server{objects: map[string][]byte{}, uploads: map[string]map[int][]byte{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	settings := app.Settings()
	settings.S3 = core.S3Config{Enabled: true, Bucket: bucket, Region: "eu-central-1", Endpoint: s.URL, AccessKey: accessKey, Secret: "a-secret", ForcePathStyle: true}
	if err := app.Save(settings); err != nil {
		t.Fatal(err)
	}
	return s
}

// SetDown makes the server refuse everything, or not.
func (s *Server) SetDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Keys returns the keys of all objects, sorted.
func (s *Server) Keys() (keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// UploadsInParts is how many objects were uploaded in parts.
func (s *Server) UploadsInParts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.whole
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if content, ok := s.answer(w, r, body, err); ok {
		http.ServeContent(w, r, "", time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), bytes.NewReader(content))
	}
}

// answer answers the request, or returns the object that is to be sent. It isn't sent here: a client can ask for another part of an
// object before it has read the first.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, body []byte, err error) (content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+accessKey+"/") && r.Header.Get("X-Amz-Content-Sha256") != ""
	path, inBucket := strings.CutPrefix(r.URL.Path, "/"+bucket)
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, "IncompleteBody")
	case s.down:
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
	case !signed:
		refuse(w, http.StatusForbidden, "AccessDenied")
	case !inBucket:
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	default:
		return s.handle(w, r, strings.TrimPrefix(path, "/"), body)
	}
	return nil, false
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request, key string, body []byte) (content []byte, ok bool) {
	query := r.URL.Query()
	switch {
	case r.Method == http.MethodGet && key == "":
		s.list(w, query.Get("prefix"))
	case r.Method == http.MethodPost && query.Has("uploads"):
		id := fmt.Sprint("upload", len(s.uploads))
		s.uploads[id] = map[int][]byte{}
		writeXML(w, struct {
			XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
			UploadId string
		}{UploadId: id})
	case r.Method == http.MethodPut && query.Has("uploadId"):
		number, _ := strconv.Atoi(query.Get("partNumber"))
		s.uploads[query.Get("uploadId")][number] = body
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, number))
	case r.Method == http.MethodPost:
		parts := s.uploads[query.Get("uploadId")]
		var all []byte
		for n := range len(parts) {
			all = append(all, parts[n+1]...)
		}
		s.objects[key] = all
		s.whole++
		writeXML(w, struct {
			XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
			Key     string
		}{Key: key})
	case r.Method == http.MethodPut:
		s.objects[key] = body
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default: // GET and HEAD
		if content, ok = s.objects[key]; !ok {
			refuse(w, http.StatusNotFound, "NoSuchKey")
		}
	}
	return content, ok
}

func (s *Server) list(w http.ResponseWriter, prefix string) {
	type object struct {
		Key          string
		Size         int
		LastModified time.Time
	}
	var answer struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []object
	}
	for key, content := range s.objects {
		if strings.HasPrefix(key, prefix) {
			answer.Contents = append(answer.Contents, object{key, len(content), time.Now()})
		}
	}
	writeXML(w, answer)
}

func writeXML(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(answer)
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
	}{Code: code})
}
