#!/bin/sh
# Copies the browser files of others that Usher serves out of npm's packages into vendor/ and icons/.
# The packages and their hashes are pinned in package-lock.json. Twice in a row changes nothing.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --silent
from=node_modules

rm -rf vendor
mkdir -p vendor/test

cp $from/basecoat-css/dist/basecoat-nova.cdn.min.css vendor/basecoat.min.css
cp $from/basecoat-css/LICENSE.md vendor/LICENSE-basecoat.txt

inter=$from/@fontsource-variable/inter
cp $inter/files/inter-latin-wght-normal.woff2 $inter/files/inter-latin-ext-wght-normal.woff2 vendor/
cp $inter/LICENSE vendor/LICENSE-inter.txt
# The two faces we ship, cut from the package's own sheet.
awk '/^\/\* inter-/ { keep = /inter-latin(-ext)?-wght-normal/ } keep' $inter/wght.css |
	sed -e 's#\./files/##' -e 's#[[:space:]]*$##' > vendor/inter.css

# Source maps are not shipped, so the line that names one goes.
for js in htmx.min.js ext/hx-sse.min.js; do
	sed '/^\/\/# sourceMappingURL=/d' $from/htmx.org/dist/$js > vendor/"$(basename $js)"
done
cp $from/htmx.org/LICENSE vendor/LICENSE-htmx.txt

# Only the page of a live session loads it.
sed '/^\/\/# sourceMappingURL=/d' $from/livekit-client/dist/livekit-client.umd.js > vendor/livekit-client.js
cp $from/livekit-client/LICENSE vendor/LICENSE-livekit-client.txt

# LiveKit's server is built into the program: its licence and notice go with it.
server=$(cd .. && go list -m -f '{{.Dir}}' github.com/livekit/livekit-server)
cp "$server/LICENSE" vendor/LICENSE-livekit-server.txt
cp "$server/NOTICE" vendor/NOTICE-livekit-server.txt
chmod 644 vendor/*-livekit-server.txt

cp $from/axe-core/axe.min.js vendor/test/axe.min.js
cp $from/axe-core/LICENSE vendor/test/LICENSE-axe.txt

rm -f icons/lucide-*.svg
while read -r name; do
	cp "$from/lucide-static/icons/$name.svg" "icons/lucide-$name.svg"
done < icons/lucide.txt
cp $from/lucide-static/LICENSE vendor/LICENSE-lucide.txt
