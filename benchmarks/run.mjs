#!/usr/bin/env node
// `npm run bench`

import { built } from './built.mjs'

await built('./dist/main.js').main(process.argv.slice(2))
