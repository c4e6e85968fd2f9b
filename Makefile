# Each target is one line of what the README says.
BROWSER := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: run demo test proxies bench generate vendor screenshots

run: ## start Usher on http://127.0.0.1:8090 with its data in pb_data
	go run . serve

demo: ## start Usher with a sample team and throw-away data
	go run . demo

test: ## all tests, those in a browser included
	@[ -n "$(BROWSER)" ] || { $(SUDO) apt-get update -q && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium; }
	USHER_BROWSER=required go test -timeout 25m ./...

proxies: ## run Usher behind nginx and Caddy, which must be installed
	USHER_PROXIES=required go test -count=1 -run TestProxies .

bench: ## the figures of the README
	go test -run '^$$' -bench . -benchtime 2s -timeout 30m . ./hooks/invitations ./hooks/sessions ./views/app ./views/panel ./views/web

generate: ## make the Go code of the templates anew
	go tool templ generate

vendor: ## fetch the pinned browser files anew
	static/vendor.sh

screenshots: ## take the pictures of the README
	USHER_BROWSER=required USHER_SCREENSHOTS="$(CURDIR)/.github/screenshots" go test -count=1 -run TestScreenshots ./views/browsertest
