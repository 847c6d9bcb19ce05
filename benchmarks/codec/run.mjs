#!/usr/bin/env node
// `npm run bench:codec`: the codec of the built packages is measured in this process alone.

import { built } from '../built.mjs'

built('./dist/codec/main.js').main(process.argv.slice(2))
