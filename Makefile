# Run "make help" for a list of targets.
BROWSER := $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
# Names of the tests that run goroutines: workers, event streams, and several writers at a time.
CONCURRENT := Concurrent|Duplicate|Hangs|Worker|Importer|Refresher|Loop|EveryMinute|Limiter|Events|AfterCommit|LeftInSending|Start|Stop
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: help run demo build test race lint proxies bench generate vendor screenshots

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

run: ## start Usher on http://127.0.0.1:8090 with its data in pb_data
	go run . serve

demo: ## start Usher with a sample team and throw-away data
	go run . demo

build: ## build the usher binary, with its version and commit, without symbols
	go build -trimpath -ldflags '-s -w' -o usher .

test: ## run all tests, including those in a browser
	@[ -n "$(BROWSER)" ] || { echo "The browser tests need Chromium. Installing it with apt-get."; \
		$(SUDO) apt-get update -q; for package in chromium-headless-shell chromium; do \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q $$package && break; done; }
	USHER_BROWSER=required go test -vet=off -ldflags=-w -timeout 25m ./...

race: ## run the tests of code with goroutines under the race detector
	go test -race -timeout 15m -run '$(CONCURRENT)' ./hooks/mail ./hooks/people ./hooks/live ./hooks/tools/jobs ./hooks/tools/ratelimit ./views/web
	go test -race -timeout 15m ./hooks/live/recorder ./hooks/tools/webm

lint: ## check formatting, vet and staticcheck
	@unformatted=$$(git ls-files '*.go' | xargs gofmt -l); [ -z "$$unformatted" ] || { echo "gofmt would change: $$unformatted"; exit 1; }
	go tool templ fmt -fail .
	go mod tidy -diff
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
	@for script in $$(git ls-files 'static/js/*.js'); do node --check $$script || exit 1; done

proxies: ## run Usher behind nginx and Caddy, which must be installed
	USHER_PROXIES=required go test -count=1 -run TestProxies .

bench: ## run the benchmarks of the README
	go test -run '^$$' -bench . -benchtime 2s -timeout 30m . ./hooks/backup ./hooks/invitations ./hooks/licences ./hooks/live/recorder ./hooks/recordings/mp4 ./hooks/runs ./hooks/usage ./views/app ./views/panel ./views/web

generate: ## regenerate Go code from templates
	go tool templ generate

vendor: ## download the pinned browser libraries
	static/vendor.sh

screenshots: ## take the screenshots of the README
	USHER_BROWSER=required USHER_SCREENSHOTS="$(CURDIR)/.github/screenshots" go test -count=1 -run TestScreenshots ./views/browsertest
