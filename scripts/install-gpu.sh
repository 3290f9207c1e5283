#!/usr/bin/env bash
# What the GPU suites need on a Debian machine without a GPU: Chromium, with its SwiftShader, and the Vulkan loader.
set -euo pipefail

if [ -x /usr/bin/chromium ] && ldconfig -p | grep -q libvulkan.so.1; then exit 0; fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libvulkan1 >/dev/null
