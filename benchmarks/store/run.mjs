#!/usr/bin/env node
// `npm run bench:store`: the store on disk alone, without network and broker.

import { built } from '../built.mjs'

await built('./dist/store/main.js').main(process.argv.slice(2))
