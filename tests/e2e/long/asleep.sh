#!/bin/sh
# As tests/e2e/asleep.sh, at the usual pace: 60 ticks of 1 s, with six looks for GPUs and their clients.
exec sh "$(dirname "$0")/../asleep.sh" "$1" 1 60
