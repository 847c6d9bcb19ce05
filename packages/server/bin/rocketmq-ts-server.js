#!/usr/bin/env node
// In the repository, so that npm links the command before dist is built.
require('../dist/cli.js')
