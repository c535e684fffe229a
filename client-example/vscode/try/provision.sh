#!/bin/sh
# Puts a real VS Code (code-server 4.139.1, VS Code 1.139) and what drives it into the folder $1,
# a minute or two and 1 GB. On Debian it wants these packages first, as root:
#   apt-get install --no-install-recommends chromium libkrb5-dev libx11-dev libxkbfile-dev \
#     libsecret-1-dev pkg-config ripgrep build-essential python3
# Then:  . "$1/env.sh" && node try.mjs
set -eu
[ $# = 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
place=$(cd "$1" && pwd)
export npm_config_audit=false npm_config_fund=false npm_config_yes=true

fresh() { # fresh NAME: a folder of its own with an empty package.json
  mkdir -p "$place/$1" && cd "$place/$1" && { [ -f package.json ] || npm init -y >/dev/null; }
}

# A second install over the first would remove the headers again, so this one is made once or anew.
headers() { find "$place/node" -path '*/include/node/node_api.h' 2>/dev/null | head -n 1; }
[ -n "$(headers)" ] || { rm -rf "$place/node" && fresh node && npm install node@24; }
node="$place/node/node_modules/node/bin"
[ -x "$node/node" ] && [ -n "$(headers)" ] || { echo "npm's node@24 came without its program or its headers" >&2; exit 1; }

fresh tools && npm install playwright-core@1.65.1

# A plain install of code-server fails: its scripts want tools and versions of their own.
# So nothing is built at first, and then only the native modules that it really loads.
fresh server && npm install code-server@4.139.1 --ignore-scripts
native=$(headers)
export PATH="$node:$PATH" npm_config_nodedir="${native%/include/node/node_api.h}"
cd node_modules/code-server
npm rebuild argon2
cd lib/vscode
npm install --omit=dev --ignore-scripts
npm rebuild @parcel/watcher @vscode/spdlog native-watchdog node-pty kerberos @vscode/deviceid

cat > "$place/env.sh" <<EOF
PATH="$node:\$PATH"
CODE_SERVER="$place/server/node_modules/code-server/out/node/entry.js"
PLAYWRIGHT="$place/tools/node_modules/playwright-core"
export PATH CODE_SERVER PLAYWRIGHT
EOF
XDG_CONFIG_HOME="$place/config" "$node/node" "$place/server/node_modules/code-server/out/node/entry.js" --version
echo "ready: . $place/env.sh"
