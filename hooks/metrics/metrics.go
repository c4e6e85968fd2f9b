// Package metrics measures the server for Prometheus. It reads what is in the database when it is asked, and holds no personal data.
package metrics

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the measurements of one server.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// New returns the measurements of a server of that version.
func New(app core.App, version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "usher_http_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "usher_http_request_duration_seconds", Help: "Time to answer requests by route, without event streams and live media.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"route"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "usher_build_info", Help: "The version of Usher; always 1.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.duration, build, &state{app}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers with all measurements.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// Measure counts a request by its route, which has no ids and no names.
func (m *Metrics) Measure(e *core.RequestEvent) error {
	start := time.Now()
	err := e.Next()
	route := e.Request.Pattern
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status(e, err))).Inc()
	lasting := e.Request.Header.Get("Upgrade") != "" || strings.HasPrefix(e.Response.Header().Get("Content-Type"), "text/event-stream")
	if !lasting {
		m.duration.WithLabelValues(route).Observe(time.Since(start).Seconds())
	}
	return err
}

// status is the status of the response, which PocketBase writes after the middleware if there is an error.
func status(e *core.RequestEvent, err error) int {
	switch {
	case e.Status() != 0:
		return e.Status()
	case err != nil:
		return router.ToApiError(err).Status
	}
	return http.StatusOK
}
